/** Reads how well a zone's jobs are protected from what lies in the peer zone; the home zone may be gone. */
import { peersOf } from '../../model/config/types.ts';
import { jobKey, type JobRef } from '../../model/job/job.ts';
import { annotations, labels } from '../../model/job/marks.ts';
import { type FlinkDeployment, jobOf } from '../../model/job/flink-deployment.ts';
import { takenBy } from '../../model/placement/same-name.ts';
import { protectionLine, type ProtectionLine, type ProtectionSeen } from '../../model/protect/state.ts';
import { keyOfFlinkPath } from '../../model/store-location.ts';
import { isTier, tiers } from '../../model/job/tier.ts';
import { standbyIsIn, writtenPeer } from '../../model/placement/job-peer.ts';
import { storeNameOf } from '../../model/placement/job-store.ts';
import { forEachAtOnce } from '../../adapters/at-once.ts';
import { OutsideFailure } from '../../adapters/failure.ts';
import { readManifest } from '../../jobs/recovery-points/recovery-points.ts';
import { type Clock, type Clusters, type Configured, type Stores, zoneConfig } from '../../adapters/ports.ts';
import { readLastRound } from './remember-round.ts';

/** Jobs read at once: two small objects each. */
const jobsAtOnce = 32;

/** A home zone that is lost must not keep people waiting. */
const homeDeadlineMs = 5_000;

export interface Protection {
  /** The most important tier first, then by name. */
  lines: ProtectionLine[];
  /** What could not be read. */
  notes: string[];
}

/** Every job that has a standby or twin, and those of the home zone that should have one. */
export async function seeProtection(
  ports: Configured & Clusters & Stores & Clock,
  zone: string,
  signal: AbortSignal,
): Promise<Protection> {
  const peers = peersOf(zoneConfig(ports, zone));
  const notes: string[] = [];
  const listed = async (what: string, list: () => Promise<FlinkDeployment[]>): Promise<FlinkDeployment[]> => {
    try {
      return await list();
    } catch (error) {
      // Also a kubeconfig that cannot be read: the table of what can be read is worth more.
      signal.throwIfAborted();
      notes.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
      return [];
    }
  };
  const bound = AbortSignal.any([signal, ports.timeout(homeDeadlineMs)]);
  const [there, atHome] = await Promise.all([
    Promise.all(
      peers.map(async (peer) => {
        const found = await listed(`standbys in ${peer} were not read`, () =>
          ports.cluster(peer).listDeployments(`${labels.role} in (standby,twin)`, signal),
        );
        return found.map((deployment) => ({ peer, deployment }));
      }),
    ),
    listed(`jobs in ${zone} were not read`, () => ports.cluster(zone).listDeployments(undefined, bound)),
  ]);
  const writtenOf = new Map(atHome.map((home) => [jobKey(jobOf(home)), writtenPeer(home)]));
  const ofZone = there
    .flat()
    .filter(({ deployment }) => deployment.metadata.annotations?.[annotations.activeZone] === zone);
  // While a job moves from peer to peer it has a standby in both.
  const standbys = [...Map.groupBy(ofZone, ({ deployment }) => jobKey(jobOf(deployment)))].map(([key, copies]) => {
    const signs = { written: writtenOf.get(key), seen: copies[0]!.peer };
    const seat = standbyIsIn(signs, (one) => copies.some(({ peer }) => peer === one));
    return copies.find(({ peer }) => peer === seat)!;
  });
  const known = new Set(standbys.map(({ deployment }) => jobKey(jobOf(deployment))));
  const without = atHome
    .filter((active) => isActive(active) && !known.has(jobKey(jobOf(active))))
    .map((deployment) => {
      const seat = standbyIsIn({ written: writtenPeer(deployment) }, (one) => peers.includes(one));
      return { peer: seat ?? peers[0]!, deployment };
    });
  const byName = Map.groupBy(there.flat(), ({ deployment }) => jobKey(jobOf(deployment)));
  for (const { deployment } of without) {
    const key = jobKey(jobOf(deployment));
    for (const other of byName.get(key) ?? []) {
      const owner = takenBy(other.deployment, other.peer, deployment, zone);
      if (owner !== undefined) notes.push(`${key}: NameTaken: ${other.peer} has a job of that name of ${owner}`);
    }
  }
  const lines: ProtectionLine[] = [];
  await forEachAtOnce([...standbys, ...without], jobsAtOnce, async ({ peer, deployment }) => {
    const seen = await seeJob(ports, peer, deployment, notes, signal);
    const line = protectionLine(seen, seen.tier ? ports.config.tiers[seen.tier] : undefined, ports.now());
    lines.push(peers.length > 1 ? { ...line, peer } : line);
  });
  const rank = ({ tier }: ProtectionLine) => (tier === null ? tiers.length : tiers.indexOf(tier));
  lines.sort((a, b) => rank(a) - rank(b) || (jobKey(a) < jobKey(b) ? -1 : 1));
  return { lines, notes };
}

function isActive({ metadata, spec }: FlinkDeployment): boolean {
  return (metadata.labels?.[labels.role] ?? 'active') === 'active' && spec.job?.state !== 'suspended';
}

async function seeJob(
  ports: Configured & Stores,
  peer: string,
  deployment: FlinkDeployment,
  notes: string[],
  signal: AbortSignal,
): Promise<ProtectionSeen> {
  const job: JobRef = jobOf(deployment);
  const marks = deployment.metadata.annotations ?? {};
  const label = deployment.metadata.labels?.[labels.tier];
  const seen: ProtectionSeen = { job, tier: isTier(label) ? label : null };
  const zone = zoneConfig(ports, peer);
  const name = storeNameOf(deployment, zone);
  const config = zone.stores[name];
  if (!config) return seen;
  const store = ports.store(peer, name);
  const named = marks[annotations.recoveryPoint];
  // On an active job that mark is of an escape before: its state is not in the peer.
  const key = named === undefined || isActive(deployment) ? undefined : keyOfFlinkPath(config, named);
  try {
    const [read, lastRound] = await Promise.all([
      key === undefined ? undefined : readManifest(store, key, signal),
      readLastRound(store, job, signal),
    ]);
    if (read?.ok === false) notes.push(`${jobKey(job)}: ${read.why}`);
    return { ...seen, ...(read?.ok ? { newest: read.manifest } : {}), ...(lastRound ? { lastRound } : {}) };
  } catch (error) {
    if (!(error instanceof OutsideFailure)) throw error;
    notes.push(`${jobKey(job)}: ${error.message}`);
    return seen;
  }
}
