/** Asks each job itself, after the escape, whether it runs on the state that it should have. */
import { setTimeout as sleep } from 'node:timers/promises';
import { observeSampleJob, type SampleJobObservation } from '../../lab/jobs/observe.ts';
import type { SampleJob } from '../../lab/jobs/sample-jobs.ts';
import { sampleZoneClient } from '../../lab/jobs/zone-client.ts';
import type { LabZoneName } from '../../lab/layout.ts';
import { reasonText } from '../../model/outcome/outcome.ts';
import type { Report } from '../../model/report/schema.ts';

/** One job's check, as in the demo's JSON. */
export interface JobCheck {
  job: string;
  violations: number | null;
  /** The sequence number in the snapshot that it started from. */
  restoredSequence: number | null;
  ok: boolean;
  /** What is wrong; empty when ok. */
  why: string;
}

/** Metrics are a second or two behind; a job that tells nothing for this long is not well. */
const observeDeadlineMs = 30_000;
const pollMs = 500;

/** What a job says of itself once `enough` holds, or last said before the deadline. */
export async function observeUntil(
  zone: LabZoneName,
  job: SampleJob,
  enough: (seen: SampleJobObservation) => boolean,
  deadlineMs = observeDeadlineMs,
): Promise<SampleJobObservation | undefined> {
  const client = sampleZoneClient(zone);
  const deadline = Date.now() + deadlineMs;
  let last: SampleJobObservation | undefined;
  while (Date.now() < deadline) {
    const url = await client.restUrl(job).catch(() => undefined);
    const seen = url === undefined ? undefined : await observeSampleJob(url);
    last = seen ?? last;
    if (seen && enough(seen)) return seen;
    await sleep(pollMs);
  }
  return last;
}

/**
 * The check of one job: it counts on, saw no violation, and started from at least the sequence number that it had
 * counted when the state of its recovery point was taken.
 */
export async function checkJob(
  zone: LabZoneName,
  job: SampleJob,
  leastSequence: number | undefined,
  report: Report,
): Promise<JobCheck> {
  const name = `${job.namespace}/${job.name}`;
  const line = report.jobs.find((one) => `${one.namespace}/${one.name}` === name);
  if (line?.outcome !== 'running') {
    return {
      job: name,
      violations: null,
      restoredSequence: null,
      ok: false,
      why: line ? reasonText(line) : 'it is not in the report',
    };
  }
  const seen = await observeUntil(zone, job, (now) => now.lastSequence > now.restoredSequence && now.role === 'active');
  if (!seen) return { job: name, violations: null, restoredSequence: null, ok: false, why: 'it tells no metrics' };
  const troubles = [
    seen.violations > 0 ? `${seen.violations} counts were wrong` : '',
    leastSequence === undefined ? 'nothing was seen of it before its recovery point' : '',
    leastSequence !== undefined && seen.restoredSequence < leastSequence
      ? `it started from ${seen.restoredSequence}, but had counted to ${leastSequence}`
      : '',
    seen.lastSequence <= seen.restoredSequence ? 'it counts no further' : '',
    seen.role === 'active' ? '' : `its role is ${seen.role}`,
  ].filter((trouble) => trouble !== '');
  return {
    job: name,
    violations: seen.violations,
    restoredSequence: seen.restoredSequence,
    ok: troubles.length === 0,
    why: troubles.join('; '),
  };
}
