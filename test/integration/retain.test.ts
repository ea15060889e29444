/** Retention against real stores: what is deleted, that nothing else is, and that no empty folder stays behind. */
import { describe, expect, it } from 'vitest';
import { retainJob } from '../../jobs/retention/retain-job.ts';
import { damageOf, readManifest, recoveryPointIds } from '../../jobs/recovery-points/recovery-points.ts';
import type { SnapshotStore } from '../../adapters/storage/port.ts';
import { storeKeys } from '../../model/store-keys.ts';
import { realPeerStages, type RealPeerStage } from './real-peer-store.ts';

describe.each(['S3', 'HDFS'] as const)('retention on %s', (kind) => {
  const staged = realPeerStages(kind);

  async function manifestsOf({ store, job }: RealPeerStage) {
    const ids = await recoveryPointIds(store, job);
    const reads = await Promise.all(ids.map((id) => readManifest(store, storeKeys.recoveryPointKey(job, id))));
    return reads.flatMap((read) => (read.ok ? [read.manifest] : []));
  }

  /** Names of all folders below a key, with and without files in them. */
  async function foldersBelow(store: SnapshotStore, folder: string): Promise<string[]> {
    const { directories } = await store.children(folder);
    const deeper = await Promise.all(directories.map((name) => foldersBelow(store, `${folder}/${name}`)));
    return [...directories.map((name) => `${folder}/${name}`), ...deeper.flat()];
  }

  it('deletes the oldest with the files that only they need, once said and then done', async () => {
    const stage = await staged('retain');
    const { store, job, key, home, world, pulse } = stage;
    const rounds = ['1', '2', '3', '4', '5'];
    for (const round of rounds) {
      const result = await stage.protect(round);
      expect(result.outcome, result.sentence).toBe('protected');
    }
    const made = await recoveryPointIds(store, job);
    expect(made).toHaveLength(5);
    await store.put(`snapshots/${key}/trigger-1/savepoint-1/left-just-now`, new Uint8Array(7));
    const before = await stage.keys('');

    const request = { zone: home, ...job };
    const rehearsed = await retainJob(world, { ...request, dryRun: true }, pulse);
    expect(rehearsed).toMatchObject({ outcome: 'retained', kept: 3 });
    expect(rehearsed.items.map(({ what }) => what)).toEqual(made.slice(3).reverse());
    expect(await stage.keys('')).toEqual(before);

    const done = await retainJob(world, request, pulse);
    expect(done).toMatchObject({ outcome: 'retained', kept: 3, files: rehearsed.files, bytes: rehearsed.bytes });
    expect(done.files).toBeGreaterThan(2);
    expect(await recoveryPointIds(store, job), 'an empty folder is no recovery point').toEqual(made.slice(0, 3));
    const kept = await manifestsOf(stage);
    for (const manifest of kept) expect(await damageOf(store, manifest)).toBeUndefined();
    const needed = new Set(kept.flatMap(({ files }) => files.map((file) => file.key)));
    expect(await stage.keys(`snapshots/${key}`)).toEqual(
      [...needed, `snapshots/${key}/trigger-1/savepoint-1/left-just-now`].sort(),
    );
    expect(await stage.keys('making')).toEqual([]);
    expect(await stage.keys('deleting')).toEqual([]);
    expect(before.length - (await stage.keys('')).length).toBe(done.files + 2);
    const folders = await foldersBelow(store, `snapshots/${key}/shipped`);
    for (const folder of folders) expect(await stage.keys(folder), folder).not.toEqual([]);

    expect(await retainJob(world, request, pulse)).toMatchObject({ kept: 3, files: 0, items: [] });
    expect(await stage.protect('6')).toMatchObject({ outcome: 'protected' });
  });

  it('is kept away by an announcement, and keeps a round away by its mark no longer than it works', async () => {
    const stage = await staged('turns');
    const { store, job, home, world, pulse } = stage;
    for (const round of ['1', '2', '3', '4']) await stage.protect(round);
    await store.put(storeKeys.makingKey(job, 'another'), new Uint8Array());
    const request = { zone: home, ...job };
    expect(await retainJob(world, request, pulse)).toMatchObject({
      outcome: 'skipped',
      sentence: expect.stringContaining('is being made'),
    });
    expect(await recoveryPointIds(store, job)).toHaveLength(4);
    await store.delete(storeKeys.makingKey(job, 'another'));
    const [retained, round] = await Promise.all([retainJob(world, request, pulse), stage.protect('5')]);
    expect(round).toMatchObject({ outcome: 'protected' });
    expect(['retained', 'skipped']).toContain(retained.outcome);
    for (const manifest of await manifestsOf(stage)) expect(await damageOf(store, manifest)).toBeUndefined();
  });

  it('removes an empty folder, and leaves one that is full or not there', async () => {
    const { store } = await staged('folders');
    await store.put('a/b/c', new Uint8Array(1));
    await store.removeFolder('a/b');
    expect((await store.stat('a/b/c'))?.sizeBytes).toBe(1);
    await store.delete('a/b/c');
    await store.removeFolder('a/b');
    await store.removeFolder('a/b');
    expect((await store.children('a')).directories).toEqual([]);
  });
});
