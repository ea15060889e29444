/** Recovery points of a job that was deleted at home, beside those of one that was not. */
import { expect } from 'vitest';
import { retainForgotten } from '../../../activities/retain/retain-forgotten.ts';
import { damageOf } from '../../../jobs/recovery-points/recovery-points.ts';
import { storeKeys } from '../../../model/store-keys.ts';
import { MortalWorld } from '../../../simulation/world/mortal-world.ts';
import { fleetOf, protectAll, stagePulse } from './fleet.ts';
import { recoveryPointsOf } from './recovery-points.ts';
import { SimulatedStage } from './simulated-stage.ts';
import { waitUntil } from './wait-until.ts';

/** The one that is deleted at home. */
export const gone = { namespace: 'default', name: 'p1-0' };
export const deletedJobsAfterMs = 100_000;

/** A zone in which one of two protected jobs was deleted. */
export class DeletedJobStage extends SimulatedStage {
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
