/** Reads a file of a store for its digests, no faster than it may. */
import { createHash, type Hash } from 'node:crypto';
import type { ClaimedFile } from '../../model/recovery/recheck/files.ts';
import type { Clock } from '../../adapters/clock.ts';
import { OutsideFailure } from '../../adapters/failure.ts';
import type { SnapshotStore } from '../../adapters/storage/port.ts';

/** Sleeps where more was read than the rate allows since it began. */
export class Pace {
  readonly #clock: Clock;
  readonly #bytesPerSecond: number;
  readonly #sleep: (ms: number) => Promise<void>;
  readonly #beganMs: number;
  #bytes = 0;

  constructor(clock: Clock, bytesPerSecond: number, sleep: (ms: number) => Promise<void>) {
    this.#clock = clock;
    this.#beganMs = clock.now();
    this.#bytesPerSecond = bytesPerSecond;
    this.#sleep = sleep;
  }

  async passed(bytes: number): Promise<void> {
    this.#bytes += bytes;
    const aheadMs = (this.#bytes / this.#bytesPerSecond) * 1000 - (this.#clock.now() - this.#beganMs);
    // Shorter sleeps would cost more than they spread.
    if (aheadMs > 50) await this.#sleep(aheadMs);
  }
}

/** sha256 of the start of a file for each claim, in their order; undefined when it is gone or became too short. */
export async function readDigests(
  store: SnapshotStore,
  file: ClaimedFile,
  pace: Pace,
  signal: AbortSignal,
): Promise<string[] | undefined> {
  const { key, sizeBytes } = file;
  try {
    const body = await store.openRead(key, { sizeBytes, signal });
    if (!body) return undefined;
    try {
      return await digestAt(
        body as AsyncIterable<Uint8Array>,
        file.claims.map((claim) => claim.sizeBytes),
        pace,
      );
    } finally {
      body.destroy();
    }
  } catch (error) {
    if (!(error instanceof OutsideFailure) || error.failureClass !== 'BadAnswer') throw error;
    // Too short, or the connection broke: its size tells which.
    const size = (await store.stat(key, signal))?.sizeBytes ?? -1;
    if (size >= sizeBytes) throw error;
    return undefined;
  }
}

/** Digests of the first `ends[0]`, `ends[1]`, … bytes; `ends` rise. */
async function digestAt(body: AsyncIterable<Uint8Array>, ends: readonly number[], pace: Pace): Promise<string[]> {
  const hash: Hash = createHash('sha256');
  const digests: string[] = [];
  let at = 0;
  const finish = () => {
    while (digests.length < ends.length && ends[digests.length] === at) digests.push(hash.copy().digest('hex'));
  };
  finish();
  for await (const chunk of body) {
    let rest = chunk;
    while (rest.length > 0) {
      const taken = Math.min(rest.length, (ends[digests.length] ?? Number.POSITIVE_INFINITY) - at);
      hash.update(rest.subarray(0, taken));
      at += taken;
      rest = rest.subarray(taken);
      finish();
    }
    await pace.passed(chunk.length);
  }
  return digests;
}
