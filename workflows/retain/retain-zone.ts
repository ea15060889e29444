/** Deletes the recovery points of a zone's jobs that their policies do not keep; or says which those are. */
import { ActivityFailure, patched, proxyActivities } from '@temporalio/workflow';
import type { RetainActivities } from '../../activities/retain/index.ts';
import type { ArtifactSweep, ForgottenJob, RetainResult } from '../../model/results/retain.ts';
import { complaintsAboutUpkeepInput, type RetainInput } from '../../model/inputs/upkeep-input.ts';
import { whyFailed } from '../shared/failure-words.ts';
import { eachJob, eachOf, keptResults, refuseComplaints, upkeepPriority } from '../shared/each-job.ts';

/** Each lists what its job has in the store and deletes eight objects at a time. */
const jobsInFlight = 4;

const { retainJob, retainForgotten } = proxyActivities<RetainActivities>({
  startToCloseTimeout: '5m',
  heartbeatTimeout: '30s',
  retry: { initialInterval: '1s', maximumInterval: '10s', maximumAttempts: 3 },
  priority: upkeepPriority,
});

/** With many recovery points all their manifests are read when some jar has lost its last job. */
const { sweepArtifacts } = proxyActivities<RetainActivities>({
  startToCloseTimeout: '15m',
  heartbeatTimeout: '30s',
  retry: { initialInterval: '1s', maximumInterval: '10s', maximumAttempts: 3 },
  priority: upkeepPriority,
});

const { forgottenJobs } = proxyActivities<RetainActivities>({
  startToCloseTimeout: '1m',
  scheduleToCloseTimeout: '2m',
  retry: { maximumInterval: '10s' },
  priority: upkeepPriority,
});

export interface RetainSummary {
  zone: string;
  dryRun: boolean;
  jobs: number;
  /** Recovery points that stay. */
  kept: number;
  files: number;
  bytes: number;
  skipped: number;
  failed: number;
  /** Why deleted jobs or jars of nobody were not looked for; absent when they were. */
  trouble?: string;
  /** Copies of jars that nobody names; absent when only some jobs were asked for. */
  artifacts?: ArtifactSweep;
  /** Jobs of which something goes or is wrong, the first 200. */
  results: RetainResult[];
}

export async function retainZone(input: RetainInput): Promise<RetainSummary> {
  refuseComplaints(complaintsAboutUpkeepInput(input, ['dryRun']));
  const { zone, dryRun = false } = input;
  const sum: RetainSummary = { zone, dryRun, jobs: 0, kept: 0, files: 0, bytes: 0, skipped: 0, failed: 0, results: [] };
  await eachJob(input, {
    atOnce: jobsInFlight,
    act: ({ tier, namespace, name }) =>
      retainJob.executeWithOptions({ summary: `${tier} ${namespace}/${name}` }, [{ zone, namespace, name, dryRun }]),
    failed,
    done(result) {
      sum.jobs += 1;
      note(result);
    },
  });
  // Deleted jobs have no name to ask for: they belong to the whole zone.
  if (input.jobs || !patched('deleted jobs')) return sum;
  const forgotten = await findForgotten(zone);
  if ('trouble' in forgotten) return { ...sum, trouble: forgotten.trouble };
  await eachOf<RetainResult, ForgottenJob>(forgotten.jobs, {
    atOnce: jobsInFlight,
    act: ({ namespace, name, store, peer }) =>
      retainForgotten.executeWithOptions({ summary: `deleted ${namespace}/${name}` }, [
        { zone, namespace, name, store, dryRun, ...(peer === undefined ? {} : { peer }) },
      ]),
    failed,
    done: note,
  });
  // Last: what they named may have lost its last recovery point.
  return patched('jars of nobody') ? withArtifacts(sum) : sum;

  function failed({ namespace, name }: { namespace: string; name: string }, sentence: string): RetainResult {
    const nothing = { kept: 0, items: [], files: 0, bytes: 0, unfinished: false, seconds: 0 };
    return { namespace, name, outcome: 'failed', code: null, sentence, dryRun, ...nothing };
  }

  function note(result: RetainResult): void {
    sum.kept += result.kept;
    sum.files += result.files;
    sum.bytes += result.bytes;
    if (result.outcome !== 'retained') sum[result.outcome] += 1;
    const says = result.items.length > 0 || result.outcome !== 'retained';
    if (says && sum.results.length < keptResults) sum.results.push(result);
  }
}

async function withArtifacts(sum: RetainSummary): Promise<RetainSummary> {
  try {
    const artifacts = await sweepArtifacts(sum.zone, sum.dryRun);
    const { files, bytes, skipped } = artifacts;
    const trouble = skipped === undefined ? {} : { trouble: `jars of nobody were not looked for: ${skipped}` };
    return { ...sum, files: sum.files + files, bytes: sum.bytes + bytes, artifacts, ...trouble };
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    return { ...sum, trouble: `jars of nobody were not looked for: ${whyFailed(error)}` };
  }
}

/** A zone that does not answer keeps what deleted jobs left. */
async function findForgotten(zone: string): Promise<{ jobs: ForgottenJob[] } | { trouble: string }> {
  try {
    return { jobs: await forgottenJobs(zone) };
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    return { trouble: `recovery points of deleted jobs were not looked for: ${whyFailed(error)}` };
  }
}
