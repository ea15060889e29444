/** Recovery points of deleted jobs are collected after their time, and never while any zone may have the job. */
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { retainForgotten } from '../../activities/retain/retain-forgotten.ts';
import { damageOf } from '../../jobs/recovery-points/recovery-points.ts';
import { storeKeys } from '../../model/store-keys.ts';
import { retainZone } from '../../client/upkeep.ts';
import { fleetOf, protectAll, stagePulse } from '../simulation/harness/fleet.ts';
import { recoveryPointsOf } from './harness/recovery-points.ts';
import { Scenario } from './harness/scenario.ts';
import { startServer } from './harness/server.ts';
import { waitUntil } from '../simulation/harness/wait-until.ts';
import { MortalWorld } from '../../simulation/world/mortal-world.ts';

let env: TestWorkflowEnvironment;
beforeAll(async () => {
  env = await startServer();
});
afterAll(() => env.teardown());

const gone = { namespace: 'default', name: 'p1-0' };
const deletedJobsAfterMs = 100_000;

class Stage extends Scenario {
  /** Two jobs with two recovery points each; the first is deleted at home, its standby is still in the peer. */
  async ready(): Promise<this> {
    const fleet = fleetOf({ P1: 2 });
    await this.withProtected(fleet);
    await protectAll(this.world, this.home, fleet, 'second round');
    Object.assign(this.config.retention, { deletedJobsAfterMs, orphanAgeMs: 50_000 });
    await this.remove(this.home);
    this.world.ledger.clear();
    return this;
  }

  remove(zone: string): Promise<void> {
    return this.world.cluster(zone).deleteDeployment(gone, { deadlineMs: 1_000 });
  }

  keys(): string[] {
    const store = this.world.store(this.peer);
    return ['recovery-points', 'snapshots'].flatMap((folder) => store.keys(`${folder}/default/p1-0`));
  }

  async untilOver(): Promise<void> {
    const store = this.world.store(this.peer);
    const newest = Math.max(...this.keys().map((key) => store.objects.get(key)!.modifiedMs));
    await waitUntil('its time is over', () => this.world.now() > newest + deletedJobsAfterMs);
  }

  retain(dryRun = false) {
    return retainZone(this.client, this.config, { zone: this.home, dryRun }, () => {});
  }

  /** The activity alone. */
  forget(world: ConstructorParameters<typeof MortalWorld>[0] | MortalWorld = this.world, dryRun = false) {
    const pulse = stagePulse(this.world);
    const request = { zone: this.home, ...gone, store: 's3', dryRun };
    return retainForgotten(world, request, world instanceof MortalWorld ? world.pulse(pulse) : pulse);
  }

  async expectOthersWhole(): Promise<void> {
    const manifests = recoveryPointsOf(this, 'p1-1');
    expect(manifests).toHaveLength(2);
    for (const manifest of manifests) expect(await damageOf(this.world.store(this.peer), manifest)).toBeUndefined();
    expect(this.world.store(this.peer).keys(storeKeys.epochsPrefix(gone))).toHaveLength(1);
    expect(this.world.store(this.peer).keys('deleting')).toEqual([]);
  }
}

describe.concurrent('recovery points of a deleted job', () => {
  test('stay for their time and while a standby is there; are listed, and then deleted', async () => {
    const stage = await new Stage(env, 'forgotten').ready();
    const before = stage.keys();
    const bytes = recoveryPointsOf(stage, 'p1-0').reduce((sum, { totalBytes }) => sum + totalBytes, 0);
    await stage.whileWorking(async () => {
      await stage.untilOver();
      expect(await stage.retain(), 'its standby could be escaped to').toMatchObject({ jobs: 1, files: 0, results: [] });
      await stage.remove(stage.peer);
      stage.config.retention.deletedJobsAfterMs = 86_400_000;
      expect(await stage.retain(), 'its time is not over').toMatchObject({ files: 0, results: [] });
      stage.config.retention.deletedJobsAfterMs = deletedJobsAfterMs;

      const rehearsed = await stage.retain(true);
      expect(rehearsed).toMatchObject({ jobs: 1, files: 4, bytes, skipped: 0, failed: 0 });
      expect(rehearsed.results).toMatchObject([{ name: 'p1-0', jobDeleted: true }]);
      expect(rehearsed.results[0]!.items.map(({ kind }) => kind)).toEqual(['recovery point', 'recovery point']);
      expect(stage.keys()).toEqual(before);

      expect(await stage.retain()).toMatchObject({ files: 4, bytes });
      expect(stage.keys()).toEqual([]);
      expect(await stage.retain()).toMatchObject({ files: 0, results: [] });
    });
    await stage.expectOthersWhole();
  });

  test('stay while a zone does not answer, or one of them is being made', async () => {
    const stage = await new Stage(env, 'forgotten-silent').ready();
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
    const stage = await new Stage(env, `forgotten-killed-${nth}`).ready();
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
