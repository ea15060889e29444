/** Finds the jobs of a zone: FlinkDeployments that are active there, with a tier. */
import { peersOf } from '../../model/config/types.ts';
import { jobKey } from '../../model/job/job.ts';
import { labels } from '../../model/job/marks.ts';
import { jobOf } from '../../model/job/flink-deployment.ts';
import { isTier, tiers } from '../../model/job/tier.ts';
import {
  type Clock,
  type Clusters,
  type Configured,
  type Logging,
  type Stores,
  zoneConfig,
} from '../../adapters/ports.ts';
import { followJobs } from './follow-jobs.ts';
import { reservesRoom } from '../capacity/keep-reserve.ts';
import { seatJobs } from './seat-jobs.ts';
import type { DiscoveredJob, Discovery, ProtectResult } from '../../model/results/protect.ts';
import { storeNameOf } from '../../model/placement/job-store.ts';

/**
 * The zone's active jobs, most important first; those without a tier are refused with the reason. Standbys of jobs that
 * are no longer active there are looked after on the way.
 */
export async function discoverJobs(
  ports: Configured & Clusters & Stores & Logging & Clock,
  zone: string,
  signal: AbortSignal,
): Promise<Discovery> {
  const home = zoneConfig(ports, zone);
  const jobs: DiscoveredJob[] = [];
  const refused: ProtectResult[] = [];
  const atHome = await ports.cluster(zone).listDeployments(undefined, signal);
  const standbys = await followJobs(ports, zone, atHome, signal);
  for (const deployment of atHome) {
    const marks = deployment.metadata.labels ?? {};
    if ((marks[labels.role] ?? 'active') !== 'active' || deployment.spec.job?.state === 'suspended') continue;
    const job = jobOf(deployment);
    const tier = marks[labels.tier];
    const store = storeNameOf(deployment, home);
    if (isTier(tier)) jobs.push({ ...job, tier, store });
    else refused.push(withoutTier(job, zone, tier));
  }
  jobs.sort((a, b) => tiers.indexOf(a.tier) - tiers.indexOf(b.tier));
  const { savepointsAtOnce, shipmentsAtOnce } = ports.config.protect;
  const [reserveIn, ...alsoReserveIn] = peersOf(home).filter((peer) => reservesRoom(ports, peer));
  const reserve = {
    ...(reserveIn === undefined ? {} : { reserveIn }),
    ...(alsoReserveIn.length === 0 ? {} : { alsoReserveIn }),
  };
  const seated = home.peers ? await seatJobs(ports, { zone, atHome, standbys, jobs }, signal) : jobs;
  return { jobs: seated, refused, atOnce: savepointsAtOnce + shipmentsAtOnce, ...reserve };
}

function withoutTier(job: { namespace: string; name: string }, zone: string, tier: string | undefined): ProtectResult {
  return {
    ...job,
    tier: null,
    outcome: 'refused',
    code: 'NoTier',
    sentence: `FlinkDeployment ${jobKey(job)} in ${zone} has ${tier ? `"${tier}" as` : 'no'} label ${labels.tier}; label it P0, P1, P2 or P3`,
    recoveryPoint: null,
    stateAt: null,
    bytes: 0,
    seconds: 0,
  };
}
