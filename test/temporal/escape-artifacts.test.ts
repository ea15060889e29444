/** Escapes of jobs whose jars lay in the lost zone's store. */
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FlinkDeployment } from '../../model/job/flink-deployment.ts';
import { deploy, fleetOf, protectAll, userDeployment, type FleetJob } from '../simulation/harness/fleet.ts';
import { recoveryPointsOf } from '../simulation/harness/recovery-points.ts';
import { lineOf, Scenario } from './harness/scenario.ts';
import { startServer } from './harness/server.ts';

let env: TestWorkflowEnvironment;
beforeAll(async () => {
  env = await startServer();
});
afterAll(() => env.teardown());

class Stage extends Scenario {
  /** The jobs run with a jar of this name from their zone's store, and were protected. */
  async withJar(fleet: FleetJob[], name: string, round: string): Promise<this> {
    this.world.flinkFiles(this.home).write(`jars/${name}`, new TextEncoder().encode(`bytes of ${name} `.repeat(500)));
    for (const job of fleet) {
      const deployment = userDeployment(job, job.tier);
      deployment.spec.job = { ...deployment.spec.job, jarURI: `s3a://bucket-${this.home}/jars/${name}` };
      await this.world.cluster(this.home).applyDeployment(deployment);
    }
    await protectAll(this.world, this.home, fleet, round);
    this.world.ledger.clear();
    return this;
  }

  copyOf(name: string): string {
    const store = this.world.store(this.peer);
    return store.keys('artifacts/sha256').find((key) => key.endsWith(`/${name}`))!;
  }

  async escaped() {
    this.world.zone(this.home).dead = true;
    return this.report(await this.whileWorking(() => this.escape()));
  }

  there(name: string): FlinkDeployment {
    return this.world.cluster(this.peer).deployments.get(`default/${name}`)!;
  }

  /** Looks at jars in the peer's store. */
  looks(): string[] {
    const seen = this.world.ledger.of(this.peer, 'store stat').map(({ object }) => object);
    return seen.filter((key) => key.startsWith('artifacts/'));
  }
}

describe.concurrent('an escape of jobs with jars in the lost zone’s store', () => {
  test('starts them with the copies, which are looked at once a batch', async () => {
    const fleet = fleetOf({ P1: 7, P2: 7 });
    const stage = await new Stage(env, 'jars').withProtected(fleet);
    await stage.withJar(fleet, 'all.jar', 'with jar');
    const report = await stage.escaped();
    expect(report.totals).toMatchObject({ running: 14, left: 0, failed: 0 });
    const there = `s3a://bucket-${stage.peer}/az-escape/${stage.copyOf('all.jar')}`;
    for (const { name } of fleet) expect(stage.there(name).spec.job).toMatchObject({ jarURI: there, state: 'running' });
    // Two batches of seven.
    expect(stage.looks()).toEqual([stage.copyOf('all.jar'), stage.copyOf('all.jar')]);
  });

  test('asks for no jar where jobs have theirs in the image', async () => {
    const stage = await new Stage(env, 'jars-in-image').withProtected(fleetOf({ P1: 7 }));
    expect((await stage.escaped()).totals.running).toBe(7);
    expect(stage.looks()).toEqual([]);
  });

  test('tells apart the one whose copy is lost, and does not start it', async () => {
    const fleet = fleetOf({ P1: 3 });
    const stage = await new Stage(env, 'jar-lost').withProtected([]);
    await deploy(stage.world, stage.home, fleet);
    await stage.withJar(fleet.slice(0, 1), 'one.jar', 'first');
    await stage.withJar(fleet.slice(1), 'others.jar', 'first');
    stage.world.store(stage.peer).objects.delete(stage.copyOf('one.jar'));
    const key = stage.there('p1-0').spec.job!.jarURI!.split('/az-escape/')[1]!;
    const report = await stage.escaped();
    const line = lineOf(report, 'p1-0');
    expect(line.outcome).toBe('failed');
    expect(line.code).toBe('ArtifactMissing');
    expect(line.message).toMatch(/^recovery point \S+ needs s3a:\S+\/jars\/one.jar, and its copy is not in/);
    expect(line.message).toContain(key);
    expect(stage.there('p1-0').spec.job!.state).toBe('suspended');
    expect(report.totals).toMatchObject({ running: 2, left: 0, failed: 1 });
  });

  test('and one whose jar never came', async () => {
    const fleet = fleetOf({ P1: 1 });
    const stage = await new Stage(env, 'jar-never').withProtected([]);
    await deploy(stage.world, stage.home, fleet);
    const deployment = userDeployment(fleet[0]!, 'P1');
    deployment.spec.job = { ...deployment.spec.job, jarURI: `s3a://bucket-${stage.home}/jars/none.jar` };
    await stage.world.cluster(stage.home).applyDeployment(deployment);
    await protectAll(stage.world, stage.home, fleet, 'first');
    const line = lineOf(await stage.escaped(), 'p1-0');
    expect(line).toMatchObject({ outcome: 'failed', code: 'ArtifactMissing' });
    expect(line.message).toMatch(/none.jar, of which no copy came to/);
  });

  test('goes back to a recovery point whose jar is there, and starts it with that jar', async () => {
    const fleet = fleetOf({ P1: 1 });
    const stage = await new Stage(env, 'jar-older').withProtected([]);
    await deploy(stage.world, stage.home, fleet);
    await stage.withJar(fleet, 'old.jar', 'first');
    await stage.world.clock.sleep(2_000);
    await stage.withJar(fleet, 'new.jar', 'second');
    const [older, newer] = recoveryPointsOf(stage, 'p1-0').toSorted((a, b) => (a.id < b.id ? -1 : 1));
    expect(stage.there('p1-0').spec.job!.jarURI).toMatch(/new\.jar$/);
    stage.world.store(stage.peer).objects.delete(stage.copyOf('new.jar'));
    const line = lineOf(await stage.escaped(), 'p1-0');
    expect(line).toMatchObject({ outcome: 'running', recoveryPoint: older!.id, restoredPath: older!.restorePath });
    expect(line.evidence.join()).toContain(`recovery point ${newer!.id} needs`);
    expect(stage.there('p1-0').spec.job!.jarURI).toMatch(/old\.jar$/);
    expect(stage.world.cluster(stage.peer).deployments.size).toBe(1);
  });

  test('a twin that runs is promoted though its jar is gone', async () => {
    const fleet = fleetOf({ P0: 1 });
    const stage = await new Stage(env, 'jar-twin').withProtected([]);
    await deploy(stage.world, stage.home, fleet);
    await stage.withJar(fleet, 'twin.jar', 'first');
    stage.world.store(stage.peer).objects.delete(stage.copyOf('twin.jar'));
    expect(lineOf(await stage.escaped(), 'p0-0')).toMatchObject({ outcome: 'running', evidence: [] });
  });
});
