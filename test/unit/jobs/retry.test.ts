/** Starting a job anew that did not come up: another object, perhaps another recovery point or other settings. */
import { describe, expect, test } from 'vitest';
import { annotations } from '../../../model/job/marks.ts';
import { startPatch } from '../../../model/move/standby.ts';
import { buildManifest, layRecoveryPoint } from '../../builders/recovery-point.ts';
import { repeatedAfterEachKill } from '../../fakes/repeated-after-each-kill.ts';
import { claimBy, job, standbyInPeer, startsIn, type Stage } from './stage.ts';
import { retry } from './verbs.ts';

const older = buildManifest({ stateAt: '2026-11-21T01:00:00.000Z' });
const escapeId = 'az-a-INC-1';

/** This escape has started it, and holds its epoch. */
async function startedInPeer(marks: Record<string, string> = {}): Promise<Stage> {
  const stage = await standbyInPeer({ annotations: marks });
  const { zones, manifest } = stage;
  const { restorePath } = manifest;
  await zones.cluster('az-b').patchDeployment(job, startPatch({ to: 'az-b', epoch: 2, restorePath, escapeId }));
  claimBy(zones, escapeId, 2);
  layRecoveryPoint(zones.store('az-b'), older);
  zones.wire.requests.length = 0;
  return stage;
}

describe('the retry of a start', () => {
  test('starts a fresh object from the same recovery point', async () => {
    const { zones, manifest } = await startedInPeer();
    const uid = zones.objectIn('az-b', job)!.metadata.uid;
    const result = await retry(zones, { rung: 'again' });
    expect(result).toMatchObject({ started: { restorePath: manifest.restorePath, kind: 'standby', epoch: 2 } });
    expect(startsIn(zones)).toEqual([manifest.restorePath, manifest.restorePath]);
    expect(zones.objectIn('az-b', job)!.metadata.uid).not.toBe(uid);
  });

  test('from an older recovery point passes over those that were tried', async () => {
    const { zones, manifest } = await startedInPeer();
    const result = await retry(zones, { rung: 'older', triedPoints: [manifest.id] });
    expect(result).toMatchObject({ started: { recoveryPoint: older.id, restorePath: older.restorePath } });
    expect(startsIn(zones).at(-1)).toBe(older.restorePath);
  });

  test('is not there when there is no older recovery point', async () => {
    const { zones, manifest } = await startedInPeer();
    const result = await retry(zones, { rung: 'older', triedPoints: [manifest.id, older.id] });
    expect(result).toEqual({ not: expect.any(String) as string });
    expect(startsIn(zones)).toHaveLength(1);
  });

  test('with other settings takes those that its owner allows, and no others', async () => {
    const allowed = JSON.stringify({ allowNonRestoredState: true });
    const { zones } = await startedInPeer({ [annotations.fallback]: allowed });
    expect(await retry(zones, { rung: 'fallback' })).toHaveProperty('started');
    expect(zones.objectIn('az-b', job)!.spec.job).toMatchObject({ allowNonRestoredState: true, state: 'running' });
    expect(await retry((await startedInPeer()).zones, { rung: 'fallback' })).toHaveProperty('not');
  });

  test('is not there for a job that another escape holds', async () => {
    const { zones } = await startedInPeer();
    claimBy(zones, 'az-a-INC-2', 2);
    expect(await retry(zones, {})).toHaveProperty('not');
    expect(startsIn(zones)).toHaveLength(1);
  });

  test('is not there for a job whose object somebody deleted', async () => {
    const { zones } = await startedInPeer();
    zones.cluster('az-b').deployments.clear();
    expect(await retry(zones, {})).toHaveProperty('not');
    expect(zones.objectIn('az-b', job)).toBeUndefined();
  });

  test('decides and starts once, wherever its worker dies', async () => {
    const requests = await repeatedAfterEachKill(
      startedInPeer,
      ({ zones, manifest }) => retry(zones, { rung: 'older', triedPoints: [manifest.id] }),
      (result, { zones, manifest }) => {
        expect(result).toMatchObject({ started: { restorePath: older.restorePath } });
        expect(startsIn(zones)).toEqual([manifest.restorePath, older.restorePath]);
        expect(zones.objectIn('az-b', job)).toMatchObject({
          metadata: { annotations: { [annotations.escape]: escapeId, [annotations.climbed]: '1' } },
          spec: { job: { state: 'running', initialSavepointPath: older.restorePath } },
        });
      },
    );
    expect(requests).toBeGreaterThan(8);
  });
});
