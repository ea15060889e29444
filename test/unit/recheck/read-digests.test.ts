import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { judgeFile } from '../../../activities/recheck/judge.ts';
import { Pace, readDigests } from '../../../activities/recheck/read-digests.ts';
import { OutsideFailure } from '../../../adapters/failure.ts';
import type { SnapshotStore } from '../../../adapters/storage/port.ts';
import type { ClaimedFile } from '../../../model/recovery/recheck/files.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';

const { signal } = new AbortController();
const bytes = randomBytes(100_000);
const sha256 = (part: Uint8Array) => createHash('sha256').update(part).digest('hex');
const unhurried = () => new Pace(new ManualClock(), 1e12, async () => {});
const file = (...ends: number[]): ClaimedFile => ({
  key: 'f',
  claims: ends.map((sizeBytes) => ({ sizeBytes, sha256: sha256(bytes.subarray(0, sizeBytes)) })),
  sizeBytes: ends.at(-1)!,
});

/** Gives these contents, one a reading, in odd pieces. */
function storeOf(...contents: (Uint8Array | Error | undefined)[]): SnapshotStore & { readings: number } {
  const store = {
    readings: 0,
    async openRead() {
      const content = contents[Math.min(store.readings, contents.length - 1)];
      store.readings += 1;
      if (content instanceof Error) throw content;
      return content && Readable.from(pieces(content));
    },
    async stat(key: string) {
      const last = contents.at(-1);
      const sizeBytes = last instanceof Uint8Array ? last.length : 3;
      return { key, sizeBytes, modifiedAt: new Date(77_000) };
    },
  };
  return store as unknown as SnapshotStore & { readings: number };
}

function* pieces(content: Uint8Array) {
  for (let at = 0; at < content.length; at += 7_777) yield content.subarray(at, at + 7_777);
}

describe('digests of a file', () => {
  test.each([[[100_000]], [[0]], [[0, 1, 7_777, 15_554, 99_999, 100_000]]])('at %j bytes', async (ends) => {
    const digests = await readDigests(storeOf(bytes.subarray(0, ends.at(-1))), file(...ends), unhurried(), signal);
    expect(digests).toEqual(ends.map((end) => sha256(bytes.subarray(0, end))));
  });

  test('none of one that is gone or became too short; a connection that breaks is no verdict', async () => {
    expect(await readDigests(storeOf(undefined), file(5), unhurried(), signal)).toBeUndefined();
    const short = new OutsideFailure('BadAnswer', 'store', 'it broke off');
    expect(await readDigests(storeOf(short), file(5), unhurried(), signal)).toBeUndefined();
    await expect(readDigests(storeOf(short), file(2), unhurried(), signal)).rejects.toBe(short);
  });
});

describe('the verdict on a file', () => {
  const flipped = Uint8Array.from(bytes);
  flipped[60_000]! ^= 1;

  test('a flipped bit spoils what is claimed beyond it, and nothing before', async () => {
    const store = storeOf(flipped);
    const judged = await judgeFile(store, file(50_000, 100_000), unhurried(), () => 5, signal);
    expect([...judged.faults.keys()]).toEqual([100_000]);
    expect(judged.faults.get(100_000)).toMatchObject({ found: 'other bytes', modifiedAt: '1970-01-01T00:01:17.000Z' });
    expect(judged).toMatchObject({ checked: undefined, bytes: 200_000 });
    expect(store.readings).toBe(2);
  });

  test('bytes that were spoilt on the way once are no damage', async () => {
    const judged = await judgeFile(storeOf(flipped, bytes), file(100_000), unhurried(), () => 5, signal);
    expect(judged.faults.size).toBe(0);
    expect(judged.checked).toEqual({ sizeBytes: 100_000, sha256: sha256(bytes), readAtMs: 5 });
  });

  test('a file whose digest nobody knows is learnt', async () => {
    const unknown: ClaimedFile = { ...file(100_000), claims: [{ sizeBytes: 100_000, sha256: undefined }] };
    const judged = await judgeFile(storeOf(flipped), unknown, unhurried(), () => 5, signal);
    expect(judged).toMatchObject({ checked: { sha256: sha256(flipped) }, bytes: 100_000 });
  });
});

test('reading is held to its rate', async () => {
  const slept: number[] = [];
  const pace = new Pace(new ManualClock(), 1_000_000, async (ms) => void slept.push(ms));
  for (let piece = 0; piece < 10; piece += 1) await pace.passed(100_000);
  // Time stands still here: each sleep is as long as all bytes so far need.
  expect(slept).toHaveLength(10);
  expect(slept.at(-1)).toBe(1_000);
});
