/** Starting a job from its cold standby: what is asked of whom, and in which order. */
import { describe, expect, test } from 'vitest';
import { annotations, labels } from '../../../model/job/marks.ts';
import { claimBy, claimOf, job, standbyInPeer, startsIn, usedStandbyInPeer } from './stage.ts';
import { start } from './verbs.ts';

describe('the start of a standby', () => {
  test('claims the epoch and then takes one patch, from the recovery point that it names', async () => {
    const { zones, standby, manifest } = await standbyInPeer();
    const result = await start(zones, { unused: standby.metadata.resourceVersion! });
    expect(result).toMatchObject({
      started: { kind: 'standby', epoch: 2, recoveryPoint: manifest.id, restorePath: manifest.restorePath },
    });
    expect(startsIn(zones)).toEqual([manifest.restorePath]);
    expect(claimOf(zones, 2)).toMatchObject({ owner: 'az-a-INC-1', zone: 'az-b' });
    const kubernetes = zones.wire.to('az-b', 'kubernetes');
    expect(kubernetes).toEqual(['az-b kubernetes patch default/orders']);
    const { requests } = zones.wire;
    const claimed = requests.findIndex((line) => line.includes('createIfAbsent epochs/'));
    expect(claimed).toBeGreaterThan(-1);
    expect(claimed).toBeLessThan(requests.indexOf(kubernetes[0]!));
  });

  test('marks the object as the active one, started by this escape', async () => {
    const { zones, manifest } = await standbyInPeer();
    await start(zones);
    expect(zones.objectIn('az-b', job)!.metadata).toMatchObject({
      labels: { [labels.role]: 'active' },
      annotations: {
        [annotations.activeZone]: 'az-b',
        [annotations.epoch]: '2',
        [annotations.escape]: 'az-a-INC-1',
        [annotations.startedFrom]: manifest.restorePath,
      },
    });
  });

  test('looks at an object that was changed since the plan, and starts it all the same', async () => {
    const { zones, manifest } = await standbyInPeer();
    const result = await start(zones, { unused: 'an older version' });
    expect(result).toMatchObject({ started: { kind: 'standby' } });
    expect(startsIn(zones)).toEqual([manifest.restorePath]);
  });

  test('replaces an object that has run, as that would go on from its old state', async () => {
    const { zones, manifest } = await usedStandbyInPeer();
    const uid = zones.objectIn('az-b', job)!.metadata.uid;
    expect(await start(zones)).toMatchObject({ started: { kind: 'standby' } });
    expect(startsIn(zones)).toEqual([manifest.restorePath]);
    expect(zones.objectIn('az-b', job)!.metadata.uid).not.toBe(uid);
  });

  test('replaces an object that somebody told to run meanwhile', async () => {
    const { zones, standby, manifest } = await standbyInPeer();
    const other = { spec: { job: { state: 'running', initialSavepointPath: 's3a://bucket-az-b/other' } } };
    zones.wire.before('patch default/orders', () => zones.cluster('az-b').patchDeployment(job, other));
    await start(zones, { unused: standby.metadata.resourceVersion! });
    expect(startsIn(zones)).toEqual(['s3a://bucket-az-b/other', manifest.restorePath]);
  });

  test('leaves a job whose epoch another escape holds', async () => {
    const { zones } = await standbyInPeer();
    claimBy(zones, 'az-a-INC-0', 2);
    const result = await start(zones);
    expect(result).toMatchObject({ ended: { outcome: 'left', epoch: 2 } });
    expect(JSON.stringify(result)).toContain('az-a-INC-0');
    expect(startsIn(zones)).toEqual([]);
    expect(zones.wire.to('az-b', 'kubernetes')).toEqual([]);
  });

  test('fails a job whose standby somebody deleted, and makes no other', async () => {
    const { zones } = await standbyInPeer();
    zones.cluster('az-b').deployments.delete('default/orders');
    expect(await start(zones)).toMatchObject({ ended: { outcome: 'failed' } });
    expect(zones.objectIn('az-b', job)).toBeUndefined();
  });

  test('of P0 tells the job first that it is the active one', async () => {
    const { zones, standby } = await standbyInPeer({ tier: 'P0' });
    await zones.cluster('az-b').applyConfigMap({ namespace: 'default', name: 'orders-role' }, { role: 'twin' });
    zones.wire.requests.length = 0;
    await start(zones, { tier: 'P0', unused: standby.metadata.resourceVersion! });
    expect(zones.cluster('az-b').configMaps.get('default/orders-role')).toEqual({ role: 'active' });
    const [first] = zones.wire.to('az-b', 'kubernetes', 'apply configmap');
    const patch = zones.wire.to('az-b', 'kubernetes patch').at(-1)!;
    expect(zones.wire.requests.indexOf(first!)).toBeLessThan(zones.wire.requests.indexOf(patch));
  });

  test('of a dry run changes nothing', async () => {
    const { zones } = await standbyInPeer();
    expect(await start(zones, {}, { effects: 'rehearsed' })).toMatchObject({ started: { epoch: 2 } });
    expect(claimOf(zones, 2)).toBeUndefined();
    expect(startsIn(zones)).toEqual([]);
  });
});
