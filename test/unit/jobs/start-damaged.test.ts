/** Starting a job whose newest recovery point is not whole. */
import { expect, test } from 'vitest';
import { storeKeys } from '../../../model/store-keys.ts';
import { buildManifest, layRecoveryPoint } from '../../builders/recovery-point.ts';
import { claimOf, job, standbyInPeer, startsIn } from './stage.ts';
import { start } from './verbs.ts';

const older = buildManifest({ stateAt: '2026-11-21T01:00:00.000Z' });

test('it starts from the next older one, and says what is wrong with the newest', async () => {
  const { zones, manifest } = await standbyInPeer();
  layRecoveryPoint(zones.store('az-b'), older);
  zones.store('az-b').objects.delete(manifest.files[1]!.key);
  const result = await start(zones);
  expect(result).toMatchObject({ started: { recoveryPoint: older.id, restorePath: older.restorePath } });
  expect(JSON.stringify(result)).toContain(manifest.files[1]!.key);
  expect(startsIn(zones)).toEqual([older.restorePath]);
});

test('it passes over one that a check has marked', async () => {
  const { zones, manifest } = await standbyInPeer();
  layRecoveryPoint(zones.store('az-b'), older);
  zones.store('az-b').write(storeKeys.damageKey(job, manifest.id), new TextEncoder().encode('{}'));
  expect(await start(zones)).toMatchObject({ started: { recoveryPoint: older.id } });
});

test('it passes over one that is being deleted', async () => {
  const { zones, manifest } = await standbyInPeer();
  layRecoveryPoint(zones.store('az-b'), older);
  zones.store('az-b').write(storeKeys.tombstoneKey(job, manifest.id), new TextEncoder().encode('{}'));
  expect(await start(zones)).toMatchObject({ started: { recoveryPoint: older.id } });
});

test('without a whole one it fails, claims nothing and starts nothing', async () => {
  const { zones, manifest } = await standbyInPeer();
  zones.store('az-b').objects.delete(manifest.files[1]!.key);
  const result = await start(zones);
  expect(result).toMatchObject({ ended: { outcome: 'failed', recoveryPoint: null } });
  expect(claimOf(zones, 2)).toBeUndefined();
  expect(startsIn(zones)).toEqual([]);
});

test('with a jar that did not come to the peer it fails, and says so', async () => {
  const { zones } = await standbyInPeer();
  const artifacts = [{ kind: 'missing' as const, uri: 's3a://jars/orders.jar' }];
  layRecoveryPoint(zones.store('az-b'), buildManifest({ artifacts }));
  const result = await start(zones);
  expect(result).toMatchObject({ ended: { outcome: 'failed' } });
  expect(JSON.stringify(result)).toContain('s3a://jars/orders.jar');
  expect(startsIn(zones)).toEqual([]);
});
