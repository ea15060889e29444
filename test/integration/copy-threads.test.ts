/** Copying in threads of their own, between real S3 servers: what comes back over the threads' border. */
import { hash, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../adapters/clock.ts';
import { OutsideFailure } from '../../adapters/failure.ts';
import { copyFiles, FileGone } from '../../jobs/snapshot/copy-files.ts';
import { readSecret } from '../../adapters/secrets.ts';
import { openStore } from '../../adapters/storage/open-store.ts';
import type { SnapshotStore } from '../../adapters/storage/port.ts';
import type { S3StoreConfig } from '../../model/config/types.ts';
import { Pace } from '../../model/protect/pace.ts';
import { s3StoreOn, setS3Secrets, startS3, type S3Server } from './servers/s3.ts';

const opened: SnapshotStore[] = [];
let servers: S3Server[];
let home: SnapshotStore;
let peer: SnapshotStore;

function open(zone: string, server: S3Server, changes: Partial<S3StoreConfig> = {}): SnapshotStore {
  const config = { ...s3StoreOn(server, zone), ...changes };
  const store = openStore(zone, 's3', config, { secrets: readSecret, clock: systemClock() });
  opened.push(store);
  return store;
}

beforeAll(async () => {
  servers = await Promise.all([startS3(), startS3()]);
  setS3Secrets(servers[0]!);
  process.env['AZ_ESCAPE_TEST_S3_WRONG'] = 'not-the-secret';
  home = open('az-a', servers[0]!);
  peer = open('az-b', servers[1]!);
}, 60_000);

afterAll(async () => {
  await Promise.all([...opened.map((store) => store.close()), ...(servers ?? []).map((server) => server.stop())]);
});

const fileOf = (name: string, sizeBytes: number) => ({ from: name, to: `there/${name}`, sizeBytes });
const never = new AbortController().signal;

async function failureOf(copying: Promise<void>): Promise<unknown> {
  return await copying.then(
    () => expect.fail('It was copied.'),
    (error: unknown) => error,
  );
}

describe('copying in threads', () => {
  it('brings small and large files over whole, with their digests', async () => {
    expect(home.address).toBeDefined();
    const sizes = [0, 1, 70_000, 1_000_000, 5 << 20, (5 << 20) + 1, (23 << 20) + 7, 300_000, 4 << 20, 12 << 20];
    const contents = new Map(sizes.map((size, index) => [`file-${index}`, randomBytes(size)]));
    for (const [name, bytes] of contents) await home.put(name, bytes);
    const digests = new Map<string, string>();
    const copies = [...contents].map(([name, { length }]) => fileOf(name, length));
    await copyFiles({ from: home, to: peer }, copies, ({ from }, { sha256 }) => void digests.set(from, sha256), never);
    for (const [name, bytes] of contents) {
      const copy = await peer.read(`there/${name}`, { maxBytes: 1 << 25 });
      expect(Buffer.compare(copy!, bytes), name).toBe(0);
      expect(digests.get(name), name).toBe(hash('sha256', bytes, 'hex'));
    }
  });

  it('copies the beginning of a file that has grown since', async () => {
    const bytes = randomBytes(900_000);
    await home.put('grown', bytes);
    const copy = { from: 'grown', to: 'cut', sizeBytes: 500_000 };
    let sha256 = '';
    await copyFiles({ from: home, to: peer }, [copy], (_, digest) => void (sha256 = digest.sha256), never);
    expect(sha256).toBe(hash('sha256', bytes.subarray(0, 500_000), 'hex'));
    expect((await peer.stat('cut'))?.sizeBytes).toBe(500_000);
  });

  it('tells a file that is gone from one that is too short', async () => {
    const stores = { from: home, to: peer };
    const gone = await failureOf(copyFiles(stores, [fileOf('nowhere', 10)], () => {}, never));
    expect(gone).toBeInstanceOf(FileGone);
    expect((gone as Error).message).toContain('nowhere is not in store az-a/s3');
    await home.put('short', randomBytes(10));
    const short = await failureOf(copyFiles(stores, [fileOf('short', 11)], () => {}, never));
    expect(short).toMatchObject({ failureClass: 'BadAnswer', system: 'store az-a/s3' });
  });

  it('says which store refuses, without telling a secret', async () => {
    await home.put('refused', randomBytes(10));
    const closed = open('az-b', servers[1]!, { secretAccessKey: { env: 'AZ_ESCAPE_TEST_S3_WRONG' } });
    const error = await failureOf(copyFiles({ from: home, to: closed }, [fileOf('refused', 10)], () => {}, never));
    expect(error).toBeInstanceOf(OutsideFailure);
    expect(error).toMatchObject({ failureClass: 'Unauthorized', system: 'store az-b/s3', status: 403 });
    expect((error as Error).message).not.toContain('not-the-secret');
    const unset = open('az-b', servers[1]!, { secretAccessKey: { env: 'AZ_ESCAPE_TEST_NOT_SET' } });
    const unreadable = await failureOf(copyFiles({ from: home, to: unset }, [fileOf('refused', 10)], () => {}, never));
    expect((unreadable as Error).message).toContain('AZ_ESCAPE_TEST_NOT_SET is not set');
  });

  it('hands a cancellation back as it is, and a passed deadline as the failure of the store; then copies on', async () => {
    const bytes = randomBytes(2_000_000);
    await home.put('waiting', bytes);
    const stores = { from: home, to: peer };
    servers[1]!.freeze();
    try {
      const reason = new Error('no longer wanted');
      const cancelling = new AbortController();
      const cancelled = failureOf(copyFiles(stores, [fileOf('waiting', bytes.length)], () => {}, cancelling.signal));
      setTimeout(() => cancelling.abort(reason), 200);
      expect(await cancelled).toBe(reason);
      const deadline = AbortSignal.timeout(200);
      const late = await failureOf(copyFiles(stores, [fileOf('waiting', bytes.length)], () => {}, deadline));
      expect(late).toMatchObject({ failureClass: 'Unreachable', system: 'store az-b/s3' });
    } finally {
      servers[1]!.thaw();
    }
    await expect(copyFiles(stores, [fileOf('waiting', 5)], () => {}, AbortSignal.abort('before'))).rejects.toBe(
      'before',
    );
    await copyFiles(stores, [fileOf('waiting', bytes.length)], () => {}, never);
    expect((await peer.stat('there/waiting'))?.sizeBytes).toBe(bytes.length);
  });

  it('holds a limit of bytes a second within large files, which come over whole', async () => {
    const sizes = [5_000_000, 7_000_000];
    const contents = sizes.map((size) => randomBytes(size));
    for (const [index, bytes] of contents.entries()) await home.put(`paced-${index}`, bytes);
    const pace = new Pace(8_000_000);
    const asked: number[] = [];
    const steps = {
      stepBytes: 800_000,
      async mayPass(bytes: number) {
        asked.push(bytes);
        await sleep(pace.delayMs(bytes, performance.now()));
      },
    };
    const began = performance.now();
    const copies = sizes.map((size, index) => fileOf(`paced-${index}`, size));
    await copyFiles({ from: home, to: peer }, copies, () => {}, never, steps);
    // All but the last step, at the least.
    expect(performance.now() - began).toBeGreaterThanOrEqual((11_200_000 / 8_000_000) * 1000 - 50);
    expect(asked.reduce((sum, bytes) => sum + bytes, 0)).toBe(12_000_000);
    for (const [index, bytes] of contents.entries()) {
      const copy = await peer.read(`there/paced-${index}`, { maxBytes: 1 << 25 });
      expect(Buffer.compare(copy!, bytes)).toBe(0);
    }
  });

  it('ends a copy that is held back when it is cancelled or may not go on, and copies on', async () => {
    const bytes = randomBytes(300_000);
    await home.put('held', bytes);
    const stores = { from: home, to: peer };
    const copies = [fileOf('held', bytes.length)];
    const cancelling = new AbortController();
    let asked = 0;
    const held = {
      stepBytes: 100_000,
      async mayPass() {
        if (++asked < 2) return;
        cancelling.abort(new Error('no longer wanted'));
        await new Promise(() => {});
      },
    };
    const cancelled = await failureOf(copyFiles(stores, copies, () => {}, cancelling.signal, held));
    expect(cancelled).toBe(cancelling.signal.reason);
    const why = new Error('may not go on');
    const refusing = { stepBytes: 100_000, mayPass: () => Promise.reject(why) };
    expect(await failureOf(copyFiles(stores, copies, () => {}, never, refusing))).toBe(why);
    expect(await peer.stat('there/held')).toBeUndefined();
    await copyFiles(stores, copies, () => {}, never);
    expect((await peer.stat('there/held'))?.sizeBytes).toBe(bytes.length);
  });

  it('copies for many jobs at once, each to its end', async () => {
    await home.put('shared', randomBytes(100_000));
    let copied = 0;
    const jobs = Array.from({ length: 12 }, async (_, job) => {
      const copies = Array.from({ length: 6 }, (__, n) => ({
        from: 'shared',
        to: `job-${job}/${n}`,
        sizeBytes: 100_000,
      }));
      await copyFiles({ from: home, to: peer }, copies, () => void (copied += 1), never);
    });
    await Promise.all(jobs);
    expect(copied).toBe(72);
  });
});
