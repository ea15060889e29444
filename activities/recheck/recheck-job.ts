/**
 * Checks the recovery points of one job again: every file's presence and size, the bytes of some. What is damaged is
 * marked, so that an escape passes over it and a shipment copies the file again; what is whole again loses its mark.
 */
import { jobKey, type JobRef } from '../../model/job/job.ts';
import { checksSchema, type CheckedFile, type Checks } from '../../model/recovery/recheck/checks.ts';
import type { FileFault } from '../../model/recovery/recheck/damage.ts';
import { claimedFiles, pickFiles } from '../../model/recovery/recheck/files.ts';
import { sizeFaults } from '../../model/recovery/recheck/sizes.ts';
import { storeKeys } from '../../model/store-keys.ts';
import { forEachAtOnce } from '../../adapters/at-once.ts';
import type { SnapshotStore, StoredObject } from '../../adapters/storage/port.ts';
import { findJob, type KeptJob } from '../../jobs/recovery-points/find-job.ts';
import { seePoints } from '../../jobs/recovery-points/see-points.ts';
import { TypedFailure } from '../../adapters/typed-failure.ts';
import type { Clock, Clusters, Configured, Logging, Pulse, Stores } from '../../adapters/ports.ts';
import { damagesOf } from '../../jobs/recovery-points/damage-marks.ts';
import { judgeFile } from './judge.ts';
import { markPoints, type PointVerdict } from './mark-points.ts';
import { nameNeighbour } from './name-neighbour.ts';
import { Pace } from './read-digests.ts';
import { recheckResult } from './result.ts';
import type { RecheckJobRequest, RecheckResult } from '../../model/results/recheck.ts';

const maxChecksBytes = 64 << 20;

/** Files asked for by their keys, at once. */
const askedAtOnce = 8;

/** What was read is written down so often, so that a long check that dies does not begin from nothing. */
const saveEveryBytes = 1 << 30;

/**
 * What is wrong with the job is a result; a store or API server that fails is thrown, to be tried again. `sinceMs`: when
 * the first attempt began; of all files, those that were read since are not read again.
 */
export async function recheckJob(
  ports: Configured & Clusters & Stores & Logging & Clock,
  request: RecheckJobRequest,
  pulse: Pulse,
  sinceMs = ports.now(),
): Promise<RecheckResult> {
  const startedMs = ports.now();
  const job: JobRef = { namespace: request.namespace, name: request.name };
  const seconds = () => (ports.now() - startedMs) / 1000;
  try {
    const kept = await findJob(ports, request.zone, job, pulse.signal);
    const { verdicts, checked, read } = await check(ports, kept, request.all ? { sinceMs } : undefined, pulse);
    const marked = await markPoints(ports, kept, verdicts, pulse.signal);
    const damaged = new Set(marked.filter(({ damage }) => damage).map(({ id }) => id));
    const moved = damaged.size > 0 ? await nameNeighbour(ports, kept, damaged, pulse.signal) : undefined;
    const result = recheckResult(kept, marked, checked, read, moved);
    for (const { code, sentence } of result.findings) {
      ports.log.warn({ job: jobKey(job), zone: kept.peer, finding: code }, sentence);
    }
    return { ...result, seconds: seconds() };
  } catch (error) {
    if (!(error instanceof TypedFailure)) throw error;
    ports.log.warn({ job: jobKey(job), zone: request.zone, code: error.code }, error.message);
    const nothing = { points: [], files: 0, bytes: 0, findings: [] };
    return { ...job, outcome: 'failed', code: error.code, sentence: error.message, ...nothing, seconds: seconds() };
  }
}

interface Checked {
  /** Newest first. */
  verdicts: PointVerdict[];
  checked: Record<string, CheckedFile>;
  read: { files: number; bytes: number };
}

async function check(
  ports: Configured & Clock,
  kept: KeptJob,
  all: { sinceMs: number } | undefined,
  pulse: Pulse,
): Promise<Checked> {
  const { store, storeName, job } = kept;
  const { signal } = pulse;
  const seen = await seePoints(store, job, signal);
  const damages = await damagesOf(store, job, signal);
  // A jar in another store of the zone is seen by escapes, by its size.
  const points = seen.points
    .filter(({ manifest }) => manifest === 'there')
    .map(({ id, files, artifacts = [] }) => {
      return { id, files: [...files, ...artifacts.filter((one) => one.store === storeName)] };
    })
    .sort((a, b) => (a.id < b.id ? 1 : -1));
  // Listed after the manifests were read: each file of theirs is there, unless its manifest is gone by now.
  const there = new Map<string, StoredObject>();
  for await (const object of store.list(storeKeys.snapshotsPrefix(job), signal)) there.set(object.key, object);

  // A copy of a jar lies elsewhere, and nobody is called damaged on the word of a listing.
  const claims = points.flatMap(({ files }) => files);
  const doubtful = new Set(
    claims.flatMap(({ key, sizeBytes }) => ((there.get(key)?.sizeBytes ?? -1) < sizeBytes ? [key] : [])),
  );
  await forEachAtOnce(doubtful, askedAtOnce, async (key) => {
    const object = await store.stat(key, signal);
    if (object) there.set(key, object);
    else there.delete(key);
  });

  const { recheck } = ports.config;
  const known = await readChecks(store, job, signal);
  const files = claimedFiles(points, known);
  const suspects = new Set<string>();
  for (const { faults } of damages.values()) {
    for (const { key, found } of faults) if (found === 'other bytes') suspects.add(key);
  }
  const picked = pickFiles({
    files: files.filter(({ key, sizeBytes }) => (there.get(key)?.sizeBytes ?? -1) >= sizeBytes),
    writtenMs: new Map([...there.values()].map(({ key, modifiedAt }) => [key, modifiedAt.getTime()])),
    checked: known,
    suspects,
    sampleBytes: all === undefined ? recheck.sampleBytes : Number.POSITIVE_INFINITY,
  }).filter(({ key }) => all === undefined || suspects.has(key) || (known[key]?.readAtMs ?? 0) < all.sinceMs);

  const pace = new Pace(ports, recheck.bytesPerSecond, pulse.sleep);
  const claimed = new Set(files.map(({ key }) => key));
  const checked = Object.fromEntries(Object.entries(known).filter(([key]) => claimed.has(key)));
  const wrong = new Map<string, Map<number, FileFault>>();
  const read = { files: 0, bytes: 0 };
  let unsaved = 0;
  for (const file of picked) {
    const judged = await judgeFile(store, file, pace, ports.now, signal);
    if (judged.checked) checked[file.key] = judged.checked;
    if (judged.faults.size > 0) wrong.set(file.key, judged.faults);
    read.files += 1;
    read.bytes += judged.bytes;
    unsaved += judged.bytes;
    if (unsaved < saveEveryBytes) continue;
    await writeChecks(ports, store, job, checked, signal);
    unsaved = 0;
  }
  if (read.files > 0) await writeChecks(ports, store, job, checked, signal);

  const sizes = new Map([...there.values()].map(({ key, sizeBytes }) => [key, sizeBytes]));
  const verdicts = points.map((point): PointVerdict => {
    const faults = [
      ...sizeFaults(point.files, sizes),
      ...point.files.flatMap(({ key, sizeBytes }) => wrong.get(key)?.get(sizeBytes) ?? []),
    ];
    return { id: point.id, files: point.files, faults, marked: damages.get(point.id) };
  });
  const unreadable =
    seen.undecided === undefined ? seen.points.filter(({ manifest }) => manifest === 'unreadable') : [];
  for (const { id } of unreadable) {
    const key = storeKeys.recoveryPointKey(job, id);
    const fault: FileFault = { key, sizeBytes: 0, found: 'unreadable manifest', seen: 'not of schema 1' };
    verdicts.push({ id, files: [], faults: [fault], marked: damages.get(id) });
  }
  return { verdicts: verdicts.sort((a, b) => (a.id < b.id ? 1 : -1)), checked, read };
}

/** One that is missing or damaged is as if nothing had been read yet. */
async function readChecks(
  store: SnapshotStore,
  job: JobRef,
  signal: AbortSignal,
): Promise<Record<string, CheckedFile>> {
  const bytes = await store.read(storeKeys.checksKey(job), { maxBytes: maxChecksBytes, signal });
  if (!bytes) return {};
  try {
    return checksSchema.safeParse(JSON.parse(new TextDecoder().decode(bytes))).data?.files ?? {};
  } catch {
    return {};
  }
}

async function writeChecks(
  ports: Clock,
  store: SnapshotStore,
  job: JobRef,
  files: Record<string, CheckedFile>,
  signal: AbortSignal,
): Promise<void> {
  const checks: Checks = { schema: 1, checkedAt: new Date(ports.now()).toISOString(), files };
  const bytes = new TextEncoder().encode(JSON.stringify(checks));
  await store.put(storeKeys.checksKey(job), bytes, { contentType: 'application/json', signal });
}
