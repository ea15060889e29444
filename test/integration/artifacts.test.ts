/** Jars between real stores: versitygw for S3, a NameNode and DataNode for HDFS, and across. */
import { systemClock } from '../../adapters/clock.ts';
import { ProcessMemory } from '../../adapters/process-memory.ts';
import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bringArtifact, type Brought } from '../../jobs/artifacts/bring-artifact.ts';
import { readSecret } from '../../adapters/secrets.ts';
import { openStore } from '../../adapters/storage/open-store.ts';
import type { SnapshotStore } from '../../adapters/storage/port.ts';
import type { StoreConfig } from '../../model/config/types.ts';
import { wholeStore } from '../../model/store-location.ts';
import { startHdfs, type HdfsServer } from './servers/hdfs.ts';
import { s3StoreOn, setS3Secrets, startS3, type S3Server } from './servers/s3.ts';

let s3Server: S3Server;
let hdfsServer: HdfsServer;
const opened: SnapshotStore[] = [];
const { signal } = new AbortController();

beforeAll(async () => {
  [s3Server, hdfsServer] = await Promise.all([startS3(), startHdfs()]);
  setS3Secrets(s3Server);
}, 150_000);
afterAll(async () => {
  await Promise.all(opened.map((store) => store.close()));
  await s3Server?.stop();
  await hdfsServer?.stop();
}, 30_000);

function open(zone: string, kind: 'S3' | 'HDFS', prefix: string): SnapshotStore {
  const hdfs = (): StoreConfig => {
    const { endpoint, uri: flinkUri, superuser: user } = hdfsServer;
    return { type: 'webhdfs', endpoint, flinkUri, user, prefix, flinkConfiguration: {} };
  };
  const config = kind === 'S3' ? s3StoreOn(s3Server, prefix) : hdfs();
  const store = openStore(zone, 'main', prefix === '' ? wholeStore(config) : config, {
    secrets: readSecret,
    clock: systemClock(),
  });
  opened.push(store);
  return store;
}

describe.each([
  ['S3', 'S3'],
  ['HDFS', 'HDFS'],
  ['S3', 'HDFS'],
  ['HDFS', 'S3'],
] as const)('a jar from %s to %s', (from, to) => {
  const place = `${from}-${to}`.toLowerCase();

  function stage(name: string) {
    const home = open('az-a', from, '');
    const peer = open('az-b', to, `${place}/${name}/az-b`);
    const path = `${place}/${name}/az-a/jars/orders.jar`;
    let read = 0;
    const steps = {
      stepBytes: 1 << 20,
      mayPass: async (bytes: number) => {
        read += bytes;
      },
    };
    const bring = () =>
      bringArtifact(
        {
          memory: new ProcessMemory(),
          home: { zone: 'az-a', storeName: 'main', store: home },
          file: { key: path, path },
          peer,
          damaged: new Map(),
          steps,
        },
        { signal, sleep: async () => {} },
      );
    return { home, peer, path, bring, readBytes: () => read };
  }

  const whole = async (store: SnapshotStore, { key }: Brought) =>
    Buffer.from((await store.read(key, { maxBytes: 1 << 26 }))!);

  it.each([0, 5, 12_345_678])('of %i bytes comes over whole, under its digest', async (size) => {
    const { home, peer, path, bring, readBytes } = stage(`of-${size}`);
    const bytes = randomBytes(size);
    await home.put(path, bytes);
    const brought = (await bring()) as Brought;
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const key = `artifacts/sha256/${sha256}/orders.jar`;
    expect(brought).toEqual({ key, sizeBytes: size, sha256, copiedBytes: size });
    expect(Buffer.compare(await whole(peer, brought), bytes)).toBe(0);

    // Unchanged it is not read again, by nobody: the note of it lies in the store.
    const before = readBytes();
    expect(await bring()).toEqual({ ...brought, copiedBytes: 0 });
    expect(readBytes()).toBe(before);
  });

  it('with other bytes of the same size, written at once, is another one; the first stays', async () => {
    const { home, peer, path, bring } = stage('replaced');
    const [first, second] = [randomBytes(3_000_000), randomBytes(3_000_000)];
    await home.put(path, first);
    const old = (await bring()) as Brought;
    await home.put(path, second);
    const fresh = (await bring()) as Brought;
    expect(fresh.key).not.toBe(old.key);
    expect(fresh.copiedBytes).toBe(3_000_000);
    expect(Buffer.compare(await whole(peer, old), first)).toBe(0);
    expect(Buffer.compare(await whole(peer, fresh), second)).toBe(0);
  });

  it('that is gone at home is the one that was copied before', async () => {
    const { home, path, bring } = stage('gone');
    expect(await bring()).toEqual({ missing: expect.stringContaining('it is not in store az-a/main') as string });
    await home.put(path, randomBytes(1_000));
    const brought = (await bring()) as Brought;
    await home.delete(path);
    expect(await bring()).toEqual({
      ...brought,
      copiedBytes: 0,
      former: expect.stringContaining('it is not in') as string,
    });
  });
});
