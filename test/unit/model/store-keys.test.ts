import { describe, expect, it } from 'vitest';
import { epochOfKey, recoveryPointIdOfKey, storeKeys } from '../../../model/store-keys.ts';

const job = { namespace: 'default', name: 'orders' };

describe('keys of a store', () => {
  it('follow the layout that all parts agree on', () => {
    expect(storeKeys.recoveryPointKey(job, 'id')).toBe('recovery-points/default/orders/id/manifest.json');
    expect(storeKeys.recoveryPointsPrefix(job)).toBe('recovery-points/default/orders');
    expect(storeKeys.snapshotPrefix(job, 't1')).toBe('snapshots/default/orders/t1');
    const taken = { jobId: 'j1', checkpointId: 7, triggeredMs: 1_000 };
    expect(storeKeys.shippedFilesPrefix(job)).toBe('snapshots/default/orders/shipped/files');
    expect(storeKeys.shippedCheckpointPrefix(job, taken)).toBe(
      'snapshots/default/orders/shipped/checkpoints/j1/chk-7-1000',
    );
    expect(storeKeys.epochKey(job, 3)).toBe('epochs/default/orders/3');
    expect(storeKeys.artifactKey('ab', 'job.jar')).toBe('artifacts/sha256/ab/job.jar');
    expect(storeKeys.artifactSourceKey('az-a', 's3', 'cd')).toBe('artifacts/sources/az-a/s3/cd.json');
    expect(storeKeys.reportKey('drill', 'd1', 'json')).toBe('reports/drill/d1/report.json');
    expect(storeKeys.evidenceKey('escape', 'e1', 'a.log')).toBe('reports/escape/e1/evidence/a.log');
  });

  it.each([
    [storeKeys.epochKey(job, 1), 1],
    [storeKeys.epochKey(job, 123_456), 123_456],
    ['epochs/default/orders/0', undefined],
    ['epochs/default/orders/03', undefined],
    ['epochs/default/orders/3/x', undefined],
    ['epochs/default/orders/3e2', undefined],
    ['epochs/default/orders-2/3', undefined],
    ['epochs/default/orders', undefined],
  ])('%s claims epoch %s', (key, epoch) => {
    expect(epochOfKey(job, key)).toBe(epoch);
  });

  it.each([
    [storeKeys.recoveryPointKey(job, '20261121T020304Z-ab'), '20261121T020304Z-ab'],
    ['recovery-points/default/orders/x/y/manifest.json', undefined],
    ['recovery-points/default/orders//manifest.json', undefined],
    ['recovery-points/default/orders/manifest.json', undefined],
    ['recovery-points/default/orders-2/x/manifest.json', undefined],
  ])('%s is the manifest of %s', (key, id) => {
    expect(recoveryPointIdOfKey(job, key)).toBe(id);
  });
});
