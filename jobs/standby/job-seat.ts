/**
 * Which of several peers protects a job, and how the job moves from one to another. It has one standby: the new one is
 * whole before the old one goes, and the notes in the peers' stores name the old one until it is gone. So an escape that
 * hears only the new peer starts nothing there that may run in the old one.
 */
import { peersOf } from '../../model/config/types.ts';
import { jobKey, type JobRef } from '../../model/job/job.ts';
import { type FlinkDeployment, jobOf } from '../../model/job/flink-deployment.ts';
import { annotations, labels } from '../../model/job/marks.ts';
import { wishedPeer } from '../../model/placement/choose-peer.ts';
import { anyOtherZone, standbyBelongsIn, standbyIsIn, writtenPeer } from '../../model/placement/job-peer.ts';
import { storeNameOf } from '../../model/placement/job-store.ts';
import { OutsideFailure } from '../../adapters/failure.ts';
import { retryOverConflicts } from '../../adapters/retry.ts';
import { claimEpoch } from '../claims/epochs.ts';
import { noteSeat, readSeat } from '../claims/seats.ts';
import { TypedFailure } from '../../adapters/typed-failure.ts';
import {
  type Clock,
  type Clusters,
  type Configured,
  type Logging,
  type Stores,
  zoneConfig,
} from '../../adapters/ports.ts';

const removeDeadlineMs = 60_000;

export interface JobSeat {
  peer: string;
  /** What the peers' stores have noted of it; absent for the first round, and for a single peer. */
  known?: string;
  /** True if that is written at home too. */
  written: boolean;
  /** False where there is one peer, and so nothing to write. */
  several: boolean;
}

/**
 * Where the job is to be protected: where its owner wishes, else where its standby is, else where the round says.
 * @throws TypedFailure `BadInput` for a wish that names no peer
 */
export async function seatOf(
  ports: Configured & Stores,
  request: JobRef & { zone: string; peer?: string },
  active: FlinkDeployment,
  signal: AbortSignal,
): Promise<JobSeat> {
  const home = zoneConfig(ports, request.zone);
  const peers = peersOf(home);
  const marks = active.metadata.annotations ?? {};
  const wish = wishedPeer(marks, home.name, peers);
  if (wish.bad !== undefined) {
    throw new TypedFailure(
      'BadInput',
      `${jobKey(request)}: annotation ${annotations.peer} names "${wish.bad}", which is no peer of ${home.name}; write ${peers.join(' or ')}`,
    );
  }
  if (!home.peers) return { peer: home.peer, several: false, written: false };
  const isZone = anyOtherZone(ports.config, home.name);
  const written = standbyIsIn({ written: writtenPeer(active) }, isZone);
  // Asked for only where home does not tell: a request to each peer's store.
  const noted = written === undefined ? await readSeat(ports, home.name, jobOf(active), peers, signal) : undefined;
  const known = standbyIsIn({ written, noted: noted?.peer }, isZone);
  const peer = standbyBelongsIn({ wish: wish.peer, now: known, chosen: request.peer }, peers) ?? home.peer;
  return { peer, several: true, written: written !== undefined, ...(known === undefined ? {} : { known }) };
}

/** Notes the seat of a job that has none yet, before anything of it is in that zone; one that moves keeps its old one. */
export async function takeSeat(
  ports: Configured & Clusters & Stores & Logging & Clock,
  home: string,
  job: JobRef,
  seat: JobSeat,
  signal: AbortSignal,
): Promise<void> {
  const stands = seat.known === undefined || (seat.known === seat.peer && !seat.written);
  if (!seat.several || !stands) return;
  await noteBoth(ports, home, job, seat.peer, [seat.peer], signal);
}

/**
 * The job's standby is whole in its new seat: takes the old one away and notes the new one. Until that is done, each
 * round tries again, and whatever hinders it is what the round says.
 * @throws TypedFailure `EpochTaken` when the job runs in its old seat, `PeerDown` when that cannot be asked
 */
export async function leaveFormerSeat(
  ports: Configured & Clusters & Stores & Logging & Clock,
  home: string,
  job: JobRef,
  seat: JobSeat,
  signal: AbortSignal,
): Promise<void> {
  const { peer, known, several } = seat;
  if (!several || known === undefined || known === peer) return;
  try {
    await removeStandby(ports, { home, from: known }, job, signal);
    await noteBoth(ports, home, job, peer, [peer, known], signal);
  } catch (error) {
    if (!(error instanceof OutsideFailure)) throw error;
    throw new TypedFailure(
      'PeerDown',
      `${jobKey(job)} has a recovery point in ${peer} and cannot leave ${known}, so it still escapes there: ${error.message}`,
    );
  }
  ports.log.info({ job: jobKey(job), zone: home }, `its standby is in ${peer} now and no more in ${known}`);
}

/**
 * Claims the next epoch in the zone that is left, so that no escape whose plan knows the standby there can start it any
 * more, and removes it as it was read. Whoever claimed that epoch or started the job before wins.
 */
async function removeStandby(
  ports: Configured & Clusters & Stores & Clock,
  { home, from }: { home: string; from: string },
  job: JobRef,
  signal: AbortSignal,
): Promise<void> {
  const cluster = ports.cluster(from);
  const remove = async (): Promise<void> => {
    const there = await cluster.getDeployment(job, signal);
    if (!there) return;
    const role = there.metadata.labels?.[labels.role];
    if (role !== 'standby' && role !== 'twin') {
      const sentence = `${jobKey(job)} runs in ${from} as well (its object there has no role of standby or twin); stop one of the two`;
      throw new TypedFailure('EpochTaken', sentence);
    }
    // Of another zone's job by the same name.
    const marks = there.metadata.annotations ?? {};
    if (marks[annotations.activeZone] !== home) return;
    const store = ports.store(from, storeNameOf(there, zoneConfig(ports, from)));
    const claim = { owner: 'protect', zone: home, at: new Date(ports.now()).toISOString() };
    const claimed = await claimEpoch(store, job, Number(marks[annotations.epoch] ?? 1) + 1, claim, signal);
    if (!claimed.claimed) {
      const sentence = `${jobKey(job)} cannot leave ${from}: epoch ${claimed.epoch} is held there by ${claimed.holder}, which may be starting it`;
      throw new TypedFailure('EpochTaken', sentence);
    }
    const { resourceVersion } = there.metadata;
    const unchanged = resourceVersion === undefined ? {} : { unchangedSince: resourceVersion };
    await cluster.deleteDeployment(job, { deadlineMs: removeDeadlineMs, ...unchanged, signal });
  };
  await retryOverConflicts(ports, remove);
}

/** First in the stores, where escapes look, and then at home, where the next round looks. */
async function noteBoth(
  ports: Configured & Clusters & Stores & Logging & Clock,
  home: string,
  job: JobRef,
  peer: string,
  must: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const holders = [...new Set([...peersOf(zoneConfig(ports, home)), ...must])];
  await noteSeat(ports, home, { job, peer, atMs: ports.now() }, holders, must, signal);
  const patch = { metadata: { annotations: { [annotations.standbyIn]: peer } } };
  await ports.cluster(home).patchDeployment(job, patch, signal);
}
