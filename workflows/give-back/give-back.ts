/**
 * Gives jobs that made room in a zone their room back, as far as there is room again: the most important first, a few
 * at a time, each from the savepoint that it was left with and seen running on it.
 */
import { ActivityFailure, ApplicationFailure, proxyActivities, setCurrentDetails } from '@temporalio/workflow';
import type { GivenBack } from '../../activities/give-back/give-back-job.ts';
import type { GiveBackActivities } from '../../activities/give-back/index.ts';
import { complaintsAboutGiveBackInput, type GiveBackInput } from '../../model/inputs/give-back-input.ts';
import type { JobRef } from '../../model/job/job.ts';
import { forEachAtOnce } from '../shared/at-once.ts';
import { failInItsWords, whyFailed } from '../shared/failure-words.ts';

/** Jobs on their way at once. */
const jobsInFlight = 20;

/** Nobody's loss waits for it. */
const priority = { priorityKey: 5 } as const;

const { whoHasRoom } = proxyActivities<GiveBackActivities>({
  startToCloseTimeout: '2m',
  scheduleToCloseTimeout: '5m',
  heartbeatTimeout: '10s',
  retry: { maximumInterval: '10s' },
  priority,
});

const { giveBackJob } = proxyActivities<GiveBackActivities>({
  startToCloseTimeout: '5m',
  scheduleToCloseTimeout: '15m',
  heartbeatTimeout: '10s',
  retry: { maximumInterval: '10s' },
  priority,
});

const { seeItRun } = proxyActivities<GiveBackActivities>({
  startToCloseTimeout: '70m',
  heartbeatTimeout: '10s',
  retry: { maximumInterval: '10s', maximumAttempts: 5 },
  priority,
});

export interface GiveBackSummary {
  zone: string;
  dryRun: boolean;
  /** In a dry run `running` means that the job would be started. */
  jobs: GivenBack[];
}

export async function giveBack(input: GiveBackInput): Promise<GiveBackSummary> {
  const complaints = complaintsAboutGiveBackInput(input);
  if (complaints.length > 0) throw ApplicationFailure.nonRetryable(complaints.join('; '), 'BadInput');
  const { zone, dryRun = false } = input;
  const { fits, left } = await whoHasRoom(input).catch(failInItsWords);
  const jobs: GivenBack[] = left.map((job) => ({ ...job, outcome: 'left', savepoint: null }));
  await forEachAtOnce(fits, jobsInFlight, async (job) => {
    jobs.push(dryRun ? wouldRun(job) : await back(zone, job));
    setCurrentDetails(`**${jobs.length} of ${fits.length + left.length}** jobs of ${zone} done`);
  });
  return { zone, dryRun, jobs };
}

function wouldRun(job: JobRef): GivenBack {
  return { ...job, outcome: 'running', code: 'WouldRun', message: 'it has room again', savepoint: null };
}

/** One job's trouble never ends the round. */
async function back(zone: string, job: JobRef): Promise<GivenBack> {
  const summary = `${job.namespace}/${job.name}`;
  let isStarted = false;
  try {
    const result = await giveBackJob.executeWithOptions({ summary }, [zone, job]);
    if ('ended' in result) return result.ended;
    isStarted = true;
    return await seeItRun.executeWithOptions({ summary }, [zone, job, result.started]);
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    const code = isStarted ? 'NotWatched' : 'NotStarted';
    return { ...job, outcome: 'failed', code, message: whyFailed(error), savepoint: null };
  }
}
