/**
 * One round of protection of a zone: discovers its jobs and gives each a new recovery point in the peer zone, the most
 * important first, a few at a time. Returns counts and the jobs that were not protected, with the reason.
 */
import {
  ActivityFailure,
  ApplicationFailure,
  patched,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { ProtectActivities } from '../../activities/protect/index.ts';
import type { DiscoveredJob, Discovery, ProtectResult, Reserve } from '../../model/results/protect.ts';
import { complaintsAboutProtectInput, type ProtectInput } from '../../model/inputs/protect-input.ts';
import { failuresToStop, StoreBreaker } from '../../model/protect/breaker.ts';
import type { Tier } from '../../model/job/tier.ts';
import { protectProgress } from './messages.ts';
import { forEachAtOnce } from '../shared/at-once.ts';
import { failInItsWords, whyFailed } from '../shared/failure-words.ts';

/** Jobs at once in rounds that an earlier version began. Today the configuration says it, and workers keep to it. */
const jobsInFlightBefore = 4;

/** Results kept for the query and returned; more would not fit into a payload of 256 KB. */
const keptResults = 500;

/** Rounds of protection stand behind everything that an escape does. */
const priority = { priorityKey: 5 } as const;

const { discoverJobs } = proxyActivities<ProtectActivities>({
  startToCloseTimeout: '2m',
  scheduleToCloseTimeout: '5m',
  retry: { maximumInterval: '10s' },
  priority,
});

const { keepReserve } = proxyActivities<ProtectActivities>({
  startToCloseTimeout: '1m',
  scheduleToCloseTimeout: '3m',
  retry: { maximumInterval: '10s' },
  priority,
});

const { protectJob } = proxyActivities<ProtectActivities>({
  startToCloseTimeout: '70m',
  heartbeatTimeout: '30s',
  retry: { initialInterval: '1s', maximumInterval: '10s', maximumAttempts: 4 },
  priority,
});

export interface ProtectSummary {
  zone: string;
  protected: number;
  failed: number;
  refused: number;
  bytes: number;
  /** Jobs that were not protected. */
  problems: ProtectResult[];
  /** Absent where no room is reserved for the jobs of the zone. */
  reserve?: Reserve;
  /** Of a zone with several peers: those of the others. */
  alsoReserved?: Reserve[];
}

export async function protectZone(input: ProtectInput): Promise<ProtectSummary> {
  const complaints = complaintsAboutProtectInput(input);
  if (complaints.length > 0) throw ApplicationFailure.nonRetryable(complaints.join('; '), 'BadInput');
  const results: ProtectResult[] = [];
  let total = 0;
  setHandler(protectProgress, () => ({ zone: input.zone, jobs: total, results: results.slice(-keptResults) }));

  const {
    jobs,
    refused,
    atOnce = jobsInFlightBefore,
    reserveIn,
    alsoReserveIn = [],
  } = scopeOf(await discover(input.zone), input);
  total = jobs.length + refused.length;
  results.push(...refused);
  const round = workflowInfo().runId;
  const breaker = new StoreBreaker();
  await forEachAtOnce(jobs, atOnce, async (job) => {
    const store = storeOf(job);
    const result =
      breaker.stops(store) && patched('store breaker') ? untried(job) : await protect(input.zone, round, job);
    const { outcome, code } = result;
    breaker.note({
      store,
      outcome: outcome === 'protected' ? outcome : code === 'StoreDown' ? 'store-down' : 'other',
    });
    results.push(result);
    setCurrentDetails(`**${results.length} of ${total}** jobs of ${input.zone} done`);
  });
  const reserve = reserveIn === undefined ? undefined : await reserveRoom(reserveIn);
  const alsoReserved: Reserve[] = [];
  for (const peer of alsoReserveIn) alsoReserved.push(await reserveRoom(peer));
  const having = (outcome: ProtectResult['outcome']) => results.filter((result) => result.outcome === outcome);
  return {
    zone: input.zone,
    protected: having('protected').length,
    failed: having('failed').length,
    refused: having('refused').length,
    bytes: results.reduce((sum, result) => sum + result.bytes, 0),
    problems: results.filter(({ outcome }) => outcome !== 'protected').slice(0, keptResults),
    ...(reserve ? { reserve } : {}),
    ...(alsoReserved.length > 0 ? { alsoReserved } : {}),
  };
}

/** That no room is kept free leaves every job as well protected as before. */
async function reserveRoom(zone: string): Promise<Reserve> {
  try {
    return await keepReserve(zone);
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    return { zone, pods: 0, trouble: `no room is reserved in ${zone}: ${whyFailed(error)}` };
  }
}

async function discover(zone: string): Promise<Discovery> {
  return await discoverJobs(zone).catch(failInItsWords);
}

/** Jobs that were asked for by name and are not there are refused too, so that a typing error is seen. */
function scopeOf({ jobs, refused, ...rest }: Discovery, { jobs: asked, tiers, zone }: ProtectInput): Discovery {
  const ofTiers = tiers ? jobs.filter(({ tier }) => tiers.includes(tier)) : jobs;
  // A job without a tier belongs to no tier's round: the round of the whole zone names it.
  if (!asked) return { ...rest, jobs: ofTiers, refused: tiers ? [] : refused };
  const wanted = new Set(asked);
  const isWanted = (job: { namespace: string; name: string }) => wanted.has(`${job.namespace}/${job.name}`);
  const found = new Set([...jobs, ...refused].map((job) => `${job.namespace}/${job.name}`));
  const missing = asked
    .filter((job) => !found.has(job))
    .map((job) => {
      const [namespace = '', name = ''] = job.split('/');
      const sentence = `${zone} has no active FlinkDeployment ${job}`;
      return unprotected({ namespace, name, tier: null }, 'refused', 'JobNotFound', sentence);
    });
  return { ...rest, jobs: ofTiers.filter(isWanted), refused: [...refused.filter(isWanted), ...missing] };
}

/** One job's trouble never ends the round. */
async function protect(zone: string, round: string, job: DiscoveredJob): Promise<ProtectResult> {
  const { namespace, name } = job;
  try {
    return await protectJob.executeWithOptions({ summary: `${job.tier} ${namespace}/${name}` }, [
      { zone, round, namespace, name, ...(job.peer === undefined ? {} : { peer: job.peer }) },
    ]);
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    return unprotected(job, 'failed', null, whyFailed(error));
  }
}

/** Peers name their stores alike, and one that is down says nothing of another. */
function storeOf({ peer, store = '' }: DiscoveredJob): string {
  return peer === undefined ? store : `${peer}/${store}`;
}

/** Its store failed others of this round. */
function untried(job: DiscoveredJob): ProtectResult {
  const sentence = `store ${job.store} of ${job.peer ?? 'the peer zone'} failed ${failuresToStop} jobs in a row, so this one was not tried`;
  return unprotected(job, 'failed', 'StoreDown', sentence);
}

function unprotected(
  job: { namespace: string; name: string; tier: Tier | null },
  outcome: 'failed' | 'refused',
  code: ProtectResult['code'],
  sentence: string,
): ProtectResult {
  return {
    namespace: job.namespace,
    name: job.name,
    tier: job.tier,
    outcome,
    code,
    sentence,
    recoveryPoint: null,
    stateAt: null,
    bytes: 0,
    seconds: 0,
  };
}
