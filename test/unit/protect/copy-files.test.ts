import { hash } from 'node:crypto';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { copyFiles, FileGone } from '../../../jobs/snapshot/copy-files.ts';
import type { SnapshotStore } from '../../../adapters/storage/port.ts';

const { signal } = new AbortController();
const copiesOf = (names: string[]) => names.map((name) => ({ from: name, to: `there/${name}`, sizeBytes: 3 }));
const many = Array.from({ length: 20 }, (_, n) => `file-${n}`);

/** Home holds every file but `missing`; the peer refuses `refused`. */
function stores(troubles: { missing?: string; refused?: string } = {}) {
  const written = new Map<string, string>();
  const streams: Readable[] = [];
  let underWay = 0;
  let atOnce = 0;
  const from = {
    description: 'store az-a/s3',
    async openRead(key: string) {
      if (key === troubles.missing) return undefined;
      const stream = Readable.from([Buffer.from(key.slice(-3))]);
      streams.push(stream);
      return stream;
    },
  } as unknown as SnapshotStore;
  const to = {
    async writeStream(key: string, body: AsyncIterable<Uint8Array>) {
      underWay += 1;
      atOnce = Math.max(atOnce, underWay);
      await new Promise((resolve) => setImmediate(resolve));
      underWay -= 1;
      if (key === troubles.refused) throw new Error('the store is full');
      const chunks: Uint8Array[] = [];
      for await (const chunk of body) chunks.push(chunk);
      written.set(key, Buffer.concat(chunks).toString());
      return hash('sha256', Buffer.concat(chunks), 'hex');
    },
  } as unknown as SnapshotStore;
  return { from, to, written, streams, atOnce: () => atOnce };
}

describe('copying files', () => {
  it('copies all, a few at a time, and tells the digest of each', async () => {
    const stage = stores();
    const digests = new Map<string, unknown>();
    await copyFiles(stage, copiesOf(many), (copy, digest) => void digests.set(copy.from, digest), signal);
    expect([...stage.written.keys()].toSorted()).toEqual(many.map((name) => `there/${name}`).toSorted());
    expect(stage.atOnce()).toBe(4);
    const sha256 = hash('sha256', 'e-7', 'hex');
    expect(digests.get('file-7')).toEqual({ sizeBytes: 3, sha256 });
    expect(digests.size).toBe(many.length);
  });

  it('begins no further file once one is gone, and says which, but ends those in flight', async () => {
    const stage = stores({ missing: 'file-5' });
    const copied: string[] = [];
    const copying = copyFiles(stage, copiesOf(many), (copy) => void copied.push(copy.from), signal);
    await expect(copying).rejects.toThrow(new FileGone('file-5 is not in store az-a/s3'));
    expect(copied.length).toBeLessThan(many.length / 2);
    expect([...stage.written.keys()].toSorted()).toEqual(copied.map((name) => `there/${name}`).toSorted());
  });

  it('leaves no stream open when the peer refuses a file', async () => {
    const stage = stores({ refused: 'there/file-2' });
    await expect(copyFiles(stage, copiesOf(many), () => {}, signal)).rejects.toThrow('the store is full');
    expect(stage.streams.every((stream) => stream.destroyed)).toBe(true);
  });

  it('copies nothing when there is nothing to copy', async () => {
    const stage = stores();
    await copyFiles(stage, [], () => expect.fail('copied'), signal);
    expect(stage.written.size).toBe(0);
  });
});
