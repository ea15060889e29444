/** Deletes the recovery points of a zone's jobs that their policies do not keep; or says which those are. */
import { proxyActivities } from '@temporalio/workflow';
import type { RetainActivities } from '../../activities/retain/index.ts';
import type { RetainResult } from '../../activities/retain/types.ts';
import { complaintsAboutUpkeepInput, type RetainInput } from '../../model/upkeep-input.ts';
import { eachJob, keptResults, refuseComplaints, upkeepPriority } from './each-job.ts';

/** Each lists what its job has in the store and deletes eight objects at a time. */
const jobsInFlight = 4;

const { retainJob } = proxyActivities<RetainActivities>({
  startToCloseTimeout: '5m',
  heartbeatTimeout: '30s',
  retry: { initialInterval: '1s', maximumInterval: '10s', maximumAttempts: 3 },
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
    failed: ({ namespace, name }, sentence): RetainResult => ({
      namespace,
      name,
      outcome: 'failed',
      code: null,
      sentence,
      dryRun,
      kept: 0,
      items: [],
      files: 0,
      bytes: 0,
      unfinished: false,
      seconds: 0,
    }),
    done: (result) => {
      sum.jobs += 1;
      sum.kept += result.kept;
      sum.files += result.files;
      sum.bytes += result.bytes;
      if (result.outcome !== 'retained') sum[result.outcome] += 1;
      const says = result.items.length > 0 || result.outcome !== 'retained';
      if (says && sum.results.length < keptResults) sum.results.push(result);
    },
  });
  return sum;
}
