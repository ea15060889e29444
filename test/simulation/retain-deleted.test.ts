/** Recovery points of deleted jobs are collected after their time, and never while any zone may have the job. */
import { describe, expect, test } from 'vitest';
import { damageOf } from '../../jobs/recovery-points/recovery-points.ts';
import { storeKeys } from '../../model/store-keys.ts';
import { DeletedJobStage, gone } from './harness/deleted-job-stage.ts';
import { recoveryPointsOf } from './harness/recovery-points.ts';
import { waitUntil } from './harness/wait-until.ts';
import { MortalWorld } from '../../simulation/world/mortal-world.ts';

describe.concurrent('recovery points of a deleted job', () => {
  test('stay while a zone does not answer, or one of them is being made', async () => {
    const stage = await new DeletedJobStage('forgotten-silent').ready();
    const { world, home, peer } = stage;
    await stage.remove(peer);
    await stage.untilOver();
    const before = stage.keys();
    world.zone(home).dead = true;
    expect(await stage.forget()).toMatchObject({
      outcome: 'skipped',
      sentence: expect.stringContaining('is not known'),
    });
    world.zone(home).dead = false;
    const announced = storeKeys.makingKey(gone, 'somebody');
    world.store(peer).write(announced, new Uint8Array());
    expect(await stage.forget()).toMatchObject({ outcome: 'skipped', sentence: expect.stringContaining('being made') });
    expect(stage.keys()).toEqual(before);
    world.store(peer).objects.delete(announced);
    expect(await stage.forget()).toMatchObject({ outcome: 'retained', files: 4 });
    expect(stage.keys()).toEqual([]);
  });

  test.each([1, 2, 4, 6, 8])('go to the last one although the worker dies at delete number %i', async (nth) => {
    const stage = await new DeletedJobStage(`forgotten-killed-${nth}`).ready();
    await stage.remove(stage.peer);
    await stage.untilOver();
    const mortal = new MortalWorld(stage.world);
    mortal.killAt(nth, ({ kind, object }) => kind === 'store delete' && !object.startsWith('deleting/'));
    const died = stage.forget(mortal).catch((error: unknown) => error);
    const outlived = died.then((result) => Promise.reject(new Error(`it did not die: ${JSON.stringify(result)}`)));
    await Promise.race([waitUntil('the death', () => mortal.dead), outlived]);
    // The mark of the dead one is of a minute ago by then.
    let repeated = await stage.forget();
    while (repeated.outcome === 'skipped') repeated = await stage.forget();
    expect(repeated).toMatchObject({ outcome: 'retained', unfinished: false });
    expect(stage.keys()).toEqual([]);
    mortal.bury();
    await died;
    const manifests = recoveryPointsOf(stage, 'p1-1');
    for (const one of manifests) expect(await damageOf(stage.world.store(stage.peer), one)).toBeUndefined();
  });
});
