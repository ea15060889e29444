/**
 * Epochs: the right to run a job, claimed by creating a file that must not exist yet. The newest one names the only
 * holder who may run the job.
 */
import { type JobRef, jobKey } from '../../model/job/job.ts';
import { storeKeys } from '../../model/store-location.ts';
import type { SnapshotStore } from '../../adapters/storage/port.ts';

export interface EpochClaim {
  /** Who: an escape's id, or `protect` for a job's first epoch. */
  owner: string;
  /** Where the job runs by this claim. */
  zone: string;
  at: string;
}

export type ClaimResult =
  /** `repeated`: it was the owner's before this call, so an earlier attempt may have done more than claim. */
  { claimed: true; epoch: number; repeated: boolean } | { claimed: false; epoch: number; holder: string };

/** Newest epoch by `namespace/name`, from one listing of the store. */
export async function newestEpochs(store: SnapshotStore, signal?: AbortSignal): Promise<Record<string, number>> {
  const newest: Record<string, number> = {};
  for await (const object of store.list('epochs/', signal)) {
    const [, namespace, name, text] = object.key.split('/');
    const epoch = Number(text);
    if (!namespace || !name || !Number.isSafeInteger(epoch)) continue;
    const job = jobKey({ namespace, name });
    newest[job] = Math.max(newest[job] ?? 0, epoch);
  }
  return newest;
}

/**
 * Newest epoch of one job; 0 when it has none. A listing may be old, so the next ones are asked for by key, from the
 * newest that is known: the one listed, or `known` to the caller.
 */
export async function newestEpoch(store: SnapshotStore, job: JobRef, signal?: AbortSignal, known = 0): Promise<number> {
  return epochAfter(store, job, Math.max(known, await listedEpoch(store, job, signal)), signal);
}

/** The newest of an unbroken row of epochs that begins after this one; this one if there is none. */
export async function epochAfter(
  store: SnapshotStore,
  job: JobRef,
  epoch: number,
  signal?: AbortSignal,
): Promise<number> {
  let newest = epoch;
  while (await store.stat(storeKeys.epochKey(job, newest + 1), signal)) newest += 1;
  return newest;
}

/** Newest epoch that a listing shows; 0 for none. */
export async function listedEpoch(store: SnapshotStore, job: JobRef, signal?: AbortSignal): Promise<number> {
  const { objects } = await store.children(storeKeys.epochsPrefix(job), signal);
  return Math.max(0, ...objects.map(({ key }) => Number(key.split('/').at(-1))).filter(Number.isSafeInteger));
}

/**
 * Claims an epoch. Repeating a claim of one's own succeeds, also when the answer to the first was lost: the owner in the
 * file decides. It is read back after creating it as well: some S3-compatible servers (versitygw 1.7.0 among them) look
 * first and write then, so that of two callers at the same moment both are told `created`, and the later one stays.
 */
export async function claimEpoch(
  store: SnapshotStore,
  job: JobRef,
  epoch: number,
  claim: EpochClaim,
  signal?: AbortSignal,
): Promise<ClaimResult> {
  const key = storeKeys.epochKey(job, epoch);
  const body = new TextEncoder().encode(JSON.stringify(claim));
  const repeated = (await store.createIfAbsent(key, body, signal)) === 'exists';
  const holder = (await holderOfEpoch(store, job, epoch, signal)) ?? 'unknown';
  return holder === claim.owner ? { claimed: true, epoch, repeated } : { claimed: false, epoch, holder };
}

/** Who claimed an epoch; undefined when nobody did. */
export async function holderOfEpoch(
  store: SnapshotStore,
  job: JobRef,
  epoch: number,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const claim = await readClaim(store, job, epoch, signal);
  return claim && (typeof claim.owner === 'string' ? claim.owner : 'unknown');
}

/** In which zone the job runs by the claim of an epoch; undefined when nobody claimed it, or it cannot be read. */
export async function zoneOfEpoch(
  store: SnapshotStore,
  job: JobRef,
  epoch: number,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const zone = (await readClaim(store, job, epoch, signal))?.zone;
  return typeof zone === 'string' ? zone : undefined;
}

async function readClaim(
  store: SnapshotStore,
  job: JobRef,
  epoch: number,
  signal?: AbortSignal,
): Promise<Partial<EpochClaim> | undefined> {
  const key = storeKeys.epochKey(job, epoch);
  const bytes = await store.read(key, { maxBytes: 10_000, ...(signal ? { signal } : {}) });
  if (!bytes) return undefined;
  try {
    return (JSON.parse(new TextDecoder().decode(bytes)) ?? {}) as Partial<EpochClaim>;
  } catch {
    return {};
  }
}
