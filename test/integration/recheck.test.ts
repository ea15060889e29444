/**
 * Rot in real stores: a shipped file gets other bytes of the same size. Sizes say nothing; the re-check finds it, an
 * escape would use the neighbour, and the next shipment copies the file again.
 */
import { describe, expect, it } from 'vitest';
import { recheckJob } from '../../activities/recheck/recheck-job.ts';
import { readDamage } from '../../jobs/recovery-points/damage-marks.ts';
import { chooseRecoveryPoint, damageOf, readManifest } from '../../jobs/recovery-points/recovery-points.ts';
import { annotations } from '../../model/job/marks.ts';
import { storeKeys } from '../../model/store-keys.ts';
import { keyOfFlinkPath } from '../../model/store-location.ts';
import { realPeerStages } from './real-peer-store.ts';

describe.each(['S3', 'HDFS'] as const)('a re-check on %s', (kind) => {
  const staged = realPeerStages(kind);

  it('finds a flipped bit, which the escape passes over and the next shipment heals', async () => {
    const stage = await staged('rot');
    const { store, job, key, home, peer, world, simulated, pulse } = stage;
    const protectedAs = async (round: string) => {
      const result = await stage.protect(round);
      expect(result.outcome, result.sentence).toBe('protected');
      const read = await readManifest(store, storeKeys.recoveryPointKey(job, result.recoveryPoint!));
      if (!read.ok) throw new Error(read.why);
      return read.manifest;
    };
    const recheck = (all = false) => recheckJob(world, { zone: home, ...job, all }, pulse);
    const standbyNames = () => {
      const { metadata } = simulated.cluster(peer).deployments.get(key)!;
      return keyOfFlinkPath(world.config.zones[peer]!.stores['s3']!, metadata.annotations![annotations.recoveryPoint]!);
    };
    const chosen = async () => (await chooseRecoveryPoint(store, job, standbyNames())).chosen?.manifest.id;

    const first = await protectedAs('1');
    const second = await protectedAs('2');
    expect(second.files.every(({ sha256 }) => sha256 !== undefined)).toBe(true);
    const sound = await recheck(true);
    expect(sound).toMatchObject({
      outcome: 'checked',
      findings: [],
      points: [{ state: 'intact' }, { state: 'intact' }],
    });
    expect(sound.points.every(({ files, read }) => files === read)).toBe(true);

    const inFirst = new Set(first.files.map((file) => file.key));
    const rotten = second.files.find((file) => file.key.includes('/shared/') && !inFirst.has(file.key))!;
    const bytes = (await store.read(rotten.key, { maxBytes: 1 << 20 }))!;
    bytes[bytes.length >> 1]! ^= 0b100;
    await store.put(rotten.key, bytes);
    expect(await damageOf(store, second), 'its size is what it was').toBeUndefined();
    expect(await chosen()).toBe(second.id);

    const found = await recheck(true);
    expect(found.points.map(({ id, state }) => [id, state])).toEqual([
      [second.id, 'damaged'],
      [first.id, 'intact'],
    ]);
    expect(found.findings).toMatchObject([{ code: 'RecoveryPointDamaged' }]);
    expect(await readDamage(store, storeKeys.damageKey(job, second.id))).toMatchObject({
      faults: [{ key: rotten.key, sizeBytes: rotten.sizeBytes, found: 'other bytes' }],
    });
    expect(standbyNames()).toBe(storeKeys.recoveryPointKey(job, first.id));
    expect(await chosen()).toBe(first.id);

    const original = simulated.flinkFiles(home).objects.get(rotten.key.split('/shipped/files/')[1]!)!.bytes;
    const third = await protectedAs('3');
    expect(third.files.map((file) => file.key)).toContain(rotten.key);
    expect(Buffer.compare((await store.read(rotten.key, { maxBytes: 1 << 20 }))!, original)).toBe(0);
    expect(await chosen()).toBe(third.id);
    const healed = await recheck();
    expect(healed).toMatchObject({ findings: [], points: [{ id: third.id }, { id: second.id }, { id: first.id }] });
    expect(healed.points.map(({ state }) => state)).toEqual(['intact', 'intact', 'intact']);
    expect(await stage.keys(storeKeys.recoveryPointPrefix(job, second.id))).toEqual([
      storeKeys.recoveryPointKey(job, second.id),
    ]);
  });
});
