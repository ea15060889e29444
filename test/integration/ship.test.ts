/**
 * Shipping checkpoints that Flink wrote between real stores: versitygw for S3, a NameNode and DataNode for HDFS. The
 * `_metadata` is Flink's own, the files around it have the sizes that were seen beside it.
 */
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../adapters/clock.ts';
import type { FlinkJobManager } from '../../adapters/flink/port.ts';
import { shipCheckpoint, type ShipTask } from '../../jobs/snapshot/ship-checkpoint.ts';
import { readSecret } from '../../adapters/secrets.ts';
import { openStore } from '../../adapters/storage/open-store.ts';
import type { SnapshotStore } from '../../adapters/storage/port.ts';
import { verifySnapshot } from '../../jobs/recovery-points/verify-snapshot.ts';
import type { StoreConfig } from '../../model/config/types.ts';
import type { StageProgress } from '../../model/protect/round-progress.ts';
import { readMetadata } from '../../model/snapshot/read-metadata.ts';
import { rewriteReferences } from '../../model/snapshot/rewrite-metadata.ts';
import { flinkPath, wholeStore } from '../../model/store-location.ts';
import { startHdfs, type HdfsServer } from './servers/hdfs.ts';
import { s3StoreOn, setS3Secrets, startS3, type S3Server } from './servers/s3.ts';

let s3Server: S3Server;
let hdfsServer: HdfsServer;
const opened: SnapshotStore[] = [];
const jobId = '00000000000000000000000000000007';

beforeAll(async () => {
  [s3Server, hdfsServer] = await Promise.all([startS3(), startHdfs()]);
  setS3Secrets(s3Server);
}, 150_000);
afterAll(async () => {
  await Promise.all(opened.map((store) => store.close()));
  await s3Server?.stop();
  await hdfsServer?.stop();
}, 30_000);

/** Two zones need two places: each test takes folders of its own in the same servers. */
function configOf(kind: 'S3' | 'HDFS', prefix: string): StoreConfig {
  if (kind === 'S3') return s3StoreOn(s3Server, prefix);
  const { endpoint, uri: flinkUri, superuser: user } = hdfsServer;
  return { type: 'webhdfs', endpoint, flinkUri, user, prefix, flinkConfiguration: {} };
}

function open(zone: string, config: StoreConfig): SnapshotStore {
  const store = openStore(zone, 'main', config, { secrets: readSecret, clock: systemClock() });
  opened.push(store);
  return store;
}

interface Seen {
  folder: string;
  checkpointId: number;
  files: Record<string, number>;
}

/** A checkpoint as Flink would have written it into this store, below `root`. */
async function layCheckpoint(store: SnapshotStore, config: StoreConfig, fixture: string, root: string) {
  const folder = new URL(`../unit/snapshot/fixtures/${fixture}/`, import.meta.url);
  const written = new Uint8Array(readFileSync(new URL('_metadata', folder)));
  const seen = JSON.parse(readFileSync(new URL('seen.json', folder), 'utf8')) as Seen;
  const read = readMetadata(written);
  if (!read.ok) throw new Error(read.problem.message);
  const keyOf = (path: string) => `${root}${path}`;
  const metadata = rewriteReferences(written, read.metadata.references, ({ path }) =>
    flinkPath(config, keyOf(path.replace('file:', '')), 'inZone'),
  );
  const contents = new Map<string, Buffer>();
  for (const [path, size] of Object.entries(seen.files)) {
    if (!path.endsWith('/_metadata')) contents.set(keyOf(path), randomBytes(size));
  }
  const waiting = [...contents];
  const writers = Array.from({ length: 8 }, async () => {
    for (let next = waiting.pop(); next; next = waiting.pop()) await store.put(...next);
  });
  await Promise.all(writers);
  await store.put(`${keyOf(seen.folder)}/_metadata`, metadata);
  return { key: keyOf(seen.folder), id: seen.checkpointId, contents };
}

/** The one answer of Flink that shipping asks for. */
function jobManagerWith(checkpoint: () => { id: number; path: string }): FlinkJobManager {
  const checkpoints = async () => {
    const { id, path: externalPath } = checkpoint();
    const latest = { id, isSavepoint: false, triggerTimestampMs: 1_795_000_000_000 + id, externalPath };
    return { latestCompleted: latest };
  };
  return { checkpoints } as unknown as FlinkJobManager;
}

const stagePulse = () => {
  const beats: unknown[] = [];
  const { signal } = new AbortController();
  return {
    beats,
    resumed: undefined,
    signal,
    beat: (details?: unknown) => void beats.push(details),
    sleep: async () => {},
  };
};

describe.each([
  ['S3', 'S3'],
  ['HDFS', 'HDFS'],
  ['S3', 'HDFS'],
  ['HDFS', 'S3'],
] as const)('from %s to %s', (from, to) => {
  const place = `${from}-${to}`.toLowerCase();

  async function stage(fixture: string, name: string) {
    const homeConfig = wholeStore(configOf(from, 'unused'));
    const storeConfig = configOf(to, `${place}/${name}/az-b`);
    const homeStore = open('az-a', homeConfig);
    const store = open('az-b', storeConfig);
    const checkpoint = await layCheckpoint(homeStore, homeConfig, fixture, `${place}/${name}/az-a`);
    const path = flinkPath(homeConfig, checkpoint.key, 'inZone');
    const task: ShipTask = {
      job: { namespace: 'default', name: 'orders' },
      jobId,
      jobManager: jobManagerWith(() => ({ id: checkpoint.id, path })),
      homeStore,
      homeConfig,
      store,
      storeConfig,
    };
    return { task, checkpoint, homeStore, store, storeConfig };
  }

  it.each(['incremental-checkpoint', 'merged-files-checkpoint'])(
    'brings all of the %s over, so that home is not needed',
    async (fixture) => {
      const { task, checkpoint, homeStore, store, storeConfig } = await stage(fixture, fixture);
      const pulse = stagePulse();
      const taken = await shipCheckpoint(task, pulse);
      expect(taken.stateAtMs).toBe(1_795_000_000_000 + checkpoint.id);
      expect(pulse.beats.length).toBeGreaterThan(3);

      // The zone is lost: nothing may be needed of it any more.
      for (const key of [...checkpoint.contents.keys(), `${checkpoint.key}/_metadata`]) await homeStore.delete(key);
      const verified = await verifySnapshot(store, storeConfig, taken.key);
      expect(verified.checkpointId).toBe(checkpoint.id);
      expect(verified.files.length).toBeGreaterThan(4);
      let copied = 0;
      for (const { key, sizeBytes } of verified.files) {
        const bytes = Buffer.from((await store.read(key, { maxBytes: 1 << 24 }))!);
        expect(taken.digests.get(key)).toEqual({ sizeBytes, sha256: createHash('sha256').update(bytes).digest('hex') });
        const original = [...checkpoint.contents].find(([home]) => key.endsWith(home) || sameName(key, home));
        if (!original) continue;
        expect(Buffer.compare(bytes, original[1].subarray(0, sizeBytes)), key).toBe(0);
        copied += 1;
      }
      expect(copied).toBe(verified.files.length - 1);
    },
  );

  it('copies again only what is missing or cut, and nothing the second time', async () => {
    const { task, store, storeConfig } = await stage('incremental-checkpoint', 'again');
    const first = await shipCheckpoint(task, stagePulse());
    const { files } = await verifySnapshot(store, storeConfig, first.key);
    const shared = files.filter(({ key, sizeBytes }) => key.includes('/shared/') && sizeBytes > 100);
    const [missing, cut] = [shared[0]!, shared[1]!];
    await store.delete(missing.key);
    await store.put(cut.key, new Uint8Array(cut.sizeBytes - 1));
    const second = await shipCheckpoint(task, stagePulse());
    expect(second.account).toBe(`2 of them, ${missing.sizeBytes + cut.sizeBytes} bytes, copied from checkpoint 10`);
    const third = await shipCheckpoint(task, stagePulse());
    expect(third).toMatchObject({ key: first.key, token: first.token });
    expect(third.account).toContain('0 of them, 0 bytes,');
    await verifySnapshot(store, storeConfig, third.key);
  });

  it('goes on where it was stopped', async () => {
    const { task, store, storeConfig } = await stage('incremental-checkpoint', 'stopped');
    const stopping = new AbortController();
    const pulse = { ...stagePulse(), signal: stopping.signal };
    let copied = 0;
    let all = 0;
    pulse.beat = (details?: unknown) => {
      ({ done: copied, total: all } = (details as StageProgress).files!);
      if (copied >= 3) stopping.abort(new Error('the worker ends'));
    };
    await expect(shipCheckpoint(task, pulse)).rejects.toThrow('the worker ends');
    expect(copied).toBeLessThan(all);
    const taken = await shipCheckpoint(task, stagePulse());
    expect(Number.parseInt(taken.account, 10)).toBeLessThanOrEqual(all - copied);
    await verifySnapshot(store, storeConfig, taken.key);
  });

  it('goes on with the next checkpoint when home loses a file midway, and copies nothing twice', async () => {
    const { task, homeStore, store, storeConfig } = await stage('incremental-checkpoint', 'losing');
    const opened: string[] = [];
    let lost: { key: string; bytes: Uint8Array } | undefined;
    // The file is there when the shipment is planned, and gone when its turn comes.
    const openRead: SnapshotStore['openRead'] = async (key, options) => {
      opened.push(key);
      if (opened.length === 6) {
        lost = { key, bytes: (await homeStore.read(key, { maxBytes: 1 << 24 }))! };
        await homeStore.delete(key);
      }
      return await homeStore.openRead(key, options);
    };
    task.homeStore = {
      description: homeStore.description,
      openRead,
      read: homeStore.read.bind(homeStore),
    } as unknown as SnapshotStore;
    const pulse = stagePulse();
    // Flink's next checkpoint has its own file in the place of the one that it deleted.
    pulse.sleep = async () => {
      if (lost) await homeStore.put(lost.key, lost.bytes);
    };
    const taken = await shipCheckpoint(task, pulse);
    expect(lost).toBeDefined();
    const again = opened.filter((key, index) => opened.indexOf(key) !== index);
    expect(again, 'opened twice').toEqual([lost!.key]);
    await verifySnapshot(store, storeConfig, taken.key);
  });

  it('begins again with the newest checkpoint when one is deleted, and keeps what was copied', async () => {
    const { task, checkpoint, homeStore, store, storeConfig } = await stage('incremental-checkpoint', 'gone');
    const older = `${checkpoint.key}-older`;
    const metadata = await homeStore.read(`${checkpoint.key}/_metadata`, { maxBytes: 1 << 24 });
    // The older one lacks the files beside its _metadata: Flink deletes them first.
    await homeStore.put(`${older}/_metadata`, metadata!);
    let asked = 0;
    const pathOf = (key: string) => flinkPath(task.homeConfig, key, 'inZone');
    task.jobManager = jobManagerWith(() => {
      asked += 1;
      return asked === 1 ? { id: 9, path: pathOf(older) } : { id: checkpoint.id, path: pathOf(checkpoint.key) };
    });
    const taken = await shipCheckpoint(task, stagePulse());
    expect(asked).toBe(2);
    expect(taken.key).toContain(`/chk-${checkpoint.id}-`);
    await verifySnapshot(store, storeConfig, taken.key);
    const unfinished = await store.stat(`${taken.key.replace(`chk-${checkpoint.id}-`, 'chk-9-')}/_metadata`);
    expect(unfinished, 'a _metadata whose files are not there').toBeUndefined();
  });
});

/** Files beside `_metadata` keep their name alone. */
function sameName(a: string, b: string): boolean {
  return a.includes('/chk-') && a.split('/').at(-1) === b.split('/').at(-1);
}
