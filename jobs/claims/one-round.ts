/**
 * Never two rounds of one job at once: a schedule's, one by hand, one that a terminated workflow left. Whoever makes a
 * recovery point has announced it in the peer's store (`announceMaking`) and renews that while the round lasts; a round
 * that sees another's fresh announcement goes without.
 */
import { createHash } from 'node:crypto';
import { jobKey, type JobRef } from '../../model/job/job.ts';
import { storeKeys } from '../../model/store-keys.ts';
import type { SnapshotStore, StoredObject } from '../../adapters/storage/port.ts';
import { TypedFailure } from '../../adapters/typed-failure.ts';
import type { Pulse } from '../../adapters/ports.ts';

/** Well below `freshForMs`, so that one slow renewal ends no turn. */
const renewEveryMs = 15_000;

/** An announcement that was not renewed for this long is of a round that died. */
const freshForMs = 60_000;

/** How long one of two that began at the same moment waits for the other to give way. */
const giveWayMs = 3_000;
const lookAgainMs = 300;

/**
 * Call it after announcing. Returns what ends the renewals; dispose it before the announcement is taken away.
 * @throws TypedFailure `RoundUnderWay`
 */
export async function holdRound(
  store: SnapshotStore,
  job: JobRef,
  round: string,
  pulse: Pick<Pulse, 'signal' | 'sleep'>,
): Promise<AsyncDisposable> {
  const ours = storeKeys.makingKey(job, createHash('md5').update(round).digest('hex'));
  for (let waitedMs = 0; ; waitedMs += lookAgainMs) {
    const other = await otherRound(store, job, ours, pulse.signal);
    if (!other) return renewing(store, ours, pulse);
    // Of two that begin at the same moment the one whose key is greater gives way, and the other waits for that.
    if (ours > other.key || waitedMs >= giveWayMs) {
      const heard = other.modifiedAt.toISOString();
      const sentence = `another round of protection of it is under way, last heard of at ${heard}`;
      throw new TypedFailure('RoundUnderWay', `${jobKey(job)}: ${sentence}`);
    }
    await pulse.sleep(lookAgainMs);
  }
}

/** Another's announcement that is still renewed. */
async function otherRound(
  store: SnapshotStore,
  job: JobRef,
  ours: string,
  signal: AbortSignal,
): Promise<StoredObject | undefined> {
  const { objects } = await store.children(storeKeys.makingPrefix(job), signal);
  // Both times are the store's own.
  const nowMs = objects.find(({ key }) => key === ours)?.modifiedAt.getTime();
  return objects.find(({ key, modifiedAt }) => key !== ours && isFresh(modifiedAt, nowMs));
}

function isFresh(modifiedAt: Date, nowMs: number | undefined): boolean {
  return nowMs !== undefined && nowMs - modifiedAt.getTime() < freshForMs;
}

function renewing(store: SnapshotStore, key: string, pulse: Pick<Pulse, 'signal' | 'sleep'>): AsyncDisposable {
  let ended = false;
  let renewal: Promise<void> = Promise.resolve();
  const renew = async (): Promise<void> => {
    for (;;) {
      await pulse.sleep(renewEveryMs);
      if (ended) return;
      // One that fails is made up for by the next; the store's trouble shows where it matters.
      renewal = store.put(key, new Uint8Array(), { signal: pulse.signal }).catch(() => {});
      await renewal;
    }
  };
  void renew().catch(() => {});
  return {
    // A renewal that is on its way would bring back what is taken away next.
    async [Symbol.asyncDispose]() {
      ended = true;
      await renewal;
    },
  };
}
