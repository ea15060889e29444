/** What the workflows of upkeep share: the jobs of a zone, a few at a time, and no job's trouble ends the others. */
import {
  ActivityFailure,
  ApplicationFailure,
  proxyActivities,
  setCurrentDetails,
  setHandler,
} from '@temporalio/workflow';
import type { ProtectActivities } from '../../activities/protect/index.ts';
import type { DiscoveredJob } from '../../model/results/protect.ts';
import { forEachAtOnce } from './at-once.ts';
import { failInItsWords, whyFailed } from './failure-words.ts';
import { upkeepProgress } from './messages.ts';

/** Upkeep stands behind rounds of protection. */
export const upkeepPriority = { priorityKey: 5 } as const;

/** Results with something to say that are kept for the query and returned: more would not fit into a payload. */
export const keptResults = 200;

const { discoverJobs } = proxyActivities<ProtectActivities>({
  startToCloseTimeout: '2m',
  scheduleToCloseTimeout: '5m',
  retry: { maximumInterval: '10s' },
  priority: upkeepPriority,
});

/** @throws ApplicationFailure `BadInput` */
export function refuseComplaints(complaints: string[]): void {
  if (complaints.length > 0) throw ApplicationFailure.nonRetryable(complaints.join('; '), 'BadInput');
}

/** What an upkeep does with each of its jobs. */
export interface Upkeep<T, J = DiscoveredJob> {
  /** Jobs in hand at a time. */
  atOnce: number;
  act(job: J): Promise<T>;
  /** The result of a job whose activity failed. */
  failed(job: J, why: string): T;
  done(result: T): void;
}

/**
 * Acts on the zone's active jobs, or on those of them that were asked for, and answers meanwhile how far it is.
 * @throws ApplicationFailure `JobNotFound` for others that were asked for
 */
export async function eachJob<T>(
  { zone, jobs: asked }: { zone: string; jobs?: string[] },
  upkeep: Upkeep<T>,
): Promise<void> {
  let total = 0;
  let ended = 0;
  setHandler(upkeepProgress, () => ({ zone, jobs: total, done: ended }));
  const jobs = await jobsAsked(zone, asked);
  total = jobs.length;
  await eachOf(jobs, {
    ...upkeep,
    done(result) {
      upkeep.done(result);
      ended += 1;
      setCurrentDetails(`**${ended} of ${total}** jobs done`);
    },
  });
}

/** Acts on these jobs, a few at a time; an activity that fails is its job's result. */
export async function eachOf<T, J>(jobs: readonly J[], { atOnce, act, failed, done }: Upkeep<T, J>): Promise<void> {
  await forEachAtOnce(jobs, atOnce, async (job) => done(await attempt(job)));

  async function attempt(job: J): Promise<T> {
    try {
      return await act(job);
    } catch (error) {
      if (!(error instanceof ActivityFailure)) throw error;
      return failed(job, whyFailed(error));
    }
  }
}

async function jobsAsked(zone: string, asked: string[] | undefined): Promise<DiscoveredJob[]> {
  const { jobs } = await discoverJobs(zone).catch(failInItsWords);
  if (!asked) return jobs;
  const found = new Map(jobs.map((job) => [`${job.namespace}/${job.name}`, job]));
  const missing = asked.filter((job) => !found.has(job));
  if (missing.length > 0) {
    const sentence = `${zone} has no active FlinkDeployment with a tier named ${missing.join(', ')}`;
    throw ApplicationFailure.nonRetryable(sentence, 'JobNotFound');
  }
  return jobs.filter(({ namespace, name }) => asked.includes(`${namespace}/${name}`));
}
