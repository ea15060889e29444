/** Keeps what a round came to beside the job's recovery points, for people who look without Temporal. */
import { jobKey, type JobRef } from '../../model/job/job.ts';
import { storeKeys } from '../../model/store-keys.ts';
import { OutsideFailure } from '../../adapters/failure.ts';
import type { SnapshotStore } from '../../adapters/storage/port.ts';
import { lastRoundSchema, type LastRound } from '../../model/protect/last-round.ts';
import { type Clock, type Configured, type Logging, type Stores, zoneConfig } from '../../adapters/ports.ts';
import type { ProtectResult } from '../../model/results/protect.ts';

const maxBytes = 64 << 10;

/** Another round notes itself, as does the other job that has the name, and a store that is down takes no note. */
const unnoted: readonly (string | null)[] = ['RoundUnderWay', 'NameTaken', 'StoreDown'];

/** Best effort: a store that takes no note is told by the age of the newest recovery point. */
export async function rememberRound(
  ports: Configured & Stores & Logging & Clock,
  zone: string,
  result: ProtectResult,
  signal: AbortSignal,
): Promise<void> {
  const peer = zoneConfig(ports, result.peer ?? zoneConfig(ports, zone).peer);
  if (result.store === undefined || !peer.stores[result.store] || unnoted.includes(result.code)) return;
  const { outcome, code, sentence, mode = null, copiedBytes = 0, seconds } = result;
  const at = new Date(ports.now()).toISOString();
  const round: LastRound = { schema: 1, at, outcome, code, sentence, mode, copiedBytes, seconds };
  const bytes = new TextEncoder().encode(JSON.stringify(round));
  const key = storeKeys.lastRoundKey(result);
  try {
    await ports.store(peer.name, result.store).put(key, bytes, { contentType: 'application/json', signal });
  } catch (error) {
    if (!(error instanceof OutsideFailure)) throw error;
    ports.log.warn({ job: jobKey(result), zone }, `what its round came to could not be kept: ${error.message}`);
  }
}

/** Undefined where there is none, or it is of another version. */
export async function readLastRound(
  store: SnapshotStore,
  job: JobRef,
  signal?: AbortSignal,
): Promise<LastRound | undefined> {
  const bytes = await store.read(storeKeys.lastRoundKey(job), { maxBytes, ...(signal ? { signal } : {}) });
  if (!bytes) return undefined;
  try {
    return lastRoundSchema.safeParse(JSON.parse(new TextDecoder().decode(bytes))).data;
  } catch {
    return undefined;
  }
}
