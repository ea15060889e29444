/** Copies of jars in the peer zone, one of which nobody names any more. */
import { sweepArtifacts } from '../../../activities/retain/sweep-artifacts.ts';
import { storeKeys } from '../../../model/store-keys.ts';
import { deploy, fleetOf, protectAll, stagePulse, userDeployment } from './fleet.ts';
import { SimulatedStage } from './simulated-stage.ts';

/** The jobs of the stage. */
export const jarJobs = fleetOf({ P1: 2 });
const dayMs = 86_400_000;

/** A zone whose two jobs have changed their jar: the copy of the old one is of no use any more. */
export class JarStage extends SimulatedStage {
  /** Both jobs were protected with the jar `old.jar`, then with a new one; no recovery point with the old is left. */
  async ready(): Promise<this> {
    await deploy(this.world, this.home, jarJobs);
    await this.protect('old.jar', 'first');
    await this.protect('new.jar', 'second');
    const store = this.world.store(this.peer);
    for (const { name } of jarJobs) {
      const [oldest] = store.keys(`recovery-points/default/${name}`).filter((key) => key.endsWith('/manifest.json'));
      store.objects.delete(oldest!);
    }
    this.age(storeKeys.artifactsPrefix, dayMs);
    return this;
  }

  async protect(jar: string, round: string): Promise<void> {
    this.world.flinkFiles(this.home).write(`jars/${jar}`, new TextEncoder().encode(`bytes of ${jar}`));
    for (const job of jarJobs) {
      const deployment = userDeployment(job, job.tier);
      deployment.spec.job = { ...deployment.spec.job, jarURI: `s3a://bucket-${this.home}/jars/${jar}` };
      await this.world.cluster(this.home).applyDeployment(deployment);
    }
    await protectAll(this.world, this.home, jarJobs, round);
    await this.world.clock.sleep(2_000);
  }

  /** As if it had been written so much earlier. */
  age(folder: string, byMs: number): void {
    const { objects } = this.world.store(this.peer);
    for (const key of this.world.store(this.peer).keys(folder)) objects.get(key)!.modifiedMs -= byMs;
  }

  sweep(dryRun = false) {
    return sweepArtifacts(this.world, this.home, dryRun, stagePulse(this.world));
  }

  /** Names of the jars of which there is a copy. */
  jars(): string[] {
    return this.world
      .store(this.peer)
      .keys(storeKeys.artifactsPrefix)
      .map((key) => key.split('/').at(-1)!)
      .sort();
  }

  left(): string[] {
    const { leavingCopiesPrefix, deletingCopiesPrefix, artifactSourcesPrefix } = storeKeys;
    const store = this.world.store(this.peer);
    return [leavingCopiesPrefix, deletingCopiesPrefix, artifactSourcesPrefix].flatMap((folder) => store.keys(folder));
  }

  get copiesOfOld() {
    return this.world
      .store(this.peer)
      .keys(storeKeys.artifactsPrefix)
      .filter((key) => key.endsWith('/old.jar'));
  }
}
