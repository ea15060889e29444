/** Checks the recovery points of a zone's jobs again, so that rot is found before an escape needs them. */
import { proxyActivities } from '@temporalio/workflow';
import type { RecheckActivities } from '../../activities/recheck/index.ts';
import type { RecheckResult } from '../../model/results/recheck.ts';
import { complaintsAboutUpkeepInput, type RecheckInput } from '../../model/inputs/upkeep-input.ts';
import { eachJob, keptResults, refuseComplaints, upkeepPriority } from '../shared/each-job.ts';

/** Each reads files of its job from the peer's store at the configured rate. */
const jobsInFlight = 2;

const { recheckJob } = proxyActivities<RecheckActivities>({
  // Reading all of a large state at the configured rate takes hours.
  startToCloseTimeout: '24h',
  heartbeatTimeout: '30s',
  retry: { initialInterval: '1s', maximumInterval: '10s', maximumAttempts: 4 },
  priority: upkeepPriority,
});

export interface RecheckSummary {
  zone: string;
  jobs: number;
  /** Recovery points, and those of them that are damaged. */
  points: number;
  damaged: number;
  /** Read by this check. */
  files: number;
  bytes: number;
  failed: number;
  /** Jobs with damage or trouble first, 200 at most. */
  results: RecheckResult[];
}

export async function recheckZone(input: RecheckInput): Promise<RecheckSummary> {
  refuseComplaints(complaintsAboutUpkeepInput(input, ['all']));
  const { zone, all = false } = input;
  const sum = { zone, jobs: 0, points: 0, damaged: 0, files: 0, bytes: 0, failed: 0 };
  const [troubled, sound]: [RecheckResult[], RecheckResult[]] = [[], []];
  await eachJob(input, {
    atOnce: jobsInFlight,
    act: ({ tier, namespace, name }) =>
      recheckJob.executeWithOptions({ summary: `${tier} ${namespace}/${name}` }, [{ zone, namespace, name, all }]),
    failed: ({ namespace, name }, sentence): RecheckResult => ({
      namespace,
      name,
      outcome: 'failed',
      code: null,
      sentence,
      points: [],
      files: 0,
      bytes: 0,
      findings: [],
      seconds: 0,
    }),
    done: (result) => {
      sum.jobs += 1;
      sum.points += result.points.length;
      sum.damaged += result.points.filter(({ state }) => state === 'damaged').length;
      sum.files += result.files;
      sum.bytes += result.bytes;
      if (result.outcome === 'failed') sum.failed += 1;
      const kind = result.outcome === 'failed' || result.findings.length > 0 ? troubled : sound;
      if (kind.length < keptResults) kind.push(result);
    },
  });
  return { ...sum, results: [...troubled, ...sound].slice(0, keptResults) };
}
