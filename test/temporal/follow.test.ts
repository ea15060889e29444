/** Rounds follow what owners do to their jobs at home, by Temporal and a worker over two simulated zones. */
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FlinkDeployment } from '../../model/job/flink-deployment.ts';
import { annotations, labels } from '../../model/job/marks.ts';
import type { Tier } from '../../model/job/tier.ts';
import { protectZone } from '../../client/client.ts';
import { deploy, fleetOf, userDeployment } from '../simulation/harness/fleet.ts';
import { recoveryPointsOf } from '../simulation/harness/recovery-points.ts';
import { lineOf, Scenario } from './harness/scenario.ts';
import { startServer } from './harness/server.ts';

let env: TestWorkflowEnvironment;
beforeAll(async () => {
  env = await startServer();
});
afterAll(() => env.teardown());

class Stage {
  readonly scenario: Scenario;
  constructor(name: string) {
    this.scenario = new Scenario(env, name);
    // A second and a half in the world's time.
    this.scenario.config.protect.forgetAfterMs = 60_000;
  }

  async ready(counts: Partial<Record<Tier, number>>): Promise<this> {
    await this.scenario.withProtected(fleetOf(counts));
    return this;
  }

  get home() {
    return this.scenario.world.cluster(this.scenario.home);
  }

  get peer() {
    return this.scenario.world.cluster(this.scenario.peer);
  }

  round(tiers?: Tier[]) {
    const input = { zone: this.scenario.home, ...(tiers ? { tiers } : {}) };
    return protectZone(this.scenario.client, this.scenario.config, input, () => {});
  }

  standby(name: string): FlinkDeployment | undefined {
    return this.peer.deployments.get(`default/${name}`);
  }

  mark(name: string): string | undefined {
    return this.standby(name)!.metadata.annotations![annotations.ended];
  }

  delete(name: string) {
    return this.home.deleteDeployment({ namespace: 'default', name }, { deadlineMs: 1_000 });
  }

  setState(name: string, state: 'running' | 'suspended') {
    return this.home.patchDeployment({ namespace: 'default', name }, { spec: { job: { state } } });
  }

  afterGrace(): Promise<void> {
    return this.scenario.world.clock.sleep(61_000);
  }
}

describe.concurrent('a round follows its zone’s jobs', () => {
  test('a changed spec reaches the standby although no recovery point could be made', async () => {
    const stage = await new Stage('follow-changed').ready({ P1: 2 });
    const { world, peer } = stage.scenario;
    const before = structuredClone(stage.standby('p1-0')!);
    const changed = userDeployment({ namespace: 'default', name: 'p1-0' }, 'P1');
    changed.spec.flinkConfiguration = { 'taskmanager.numberOfTaskSlots': '4' };
    await stage.home.applyDeployment(changed);
    world.zone(peer).storeRefuses = true;
    world.ledger.clear();

    const { summary } = await stage.scenario.whileWorking(() => stage.round());

    expect(summary).toMatchObject({ protected: 0, failed: 2 });
    const after = stage.standby('p1-0')!;
    expect(after.spec.flinkConfiguration).toMatchObject({ 'taskmanager.numberOfTaskSlots': '4' });
    expect(after.spec.job!.state).toBe('suspended');
    expect(after.spec.flinkConfiguration!['s3.endpoint']).toBe(before.spec.flinkConfiguration!['s3.endpoint']);
    expect(after.metadata.annotations).toEqual(before.metadata.annotations);
    const applied = world.ledger.of(peer, 'kubernetes apply').map(({ object }) => object);
    expect(applied, 'what did not change is not written').toEqual(['default/p1-0']);
  });

  test('a changed spec that does not run well stays at home', async () => {
    const stage = await new Stage('follow-unwell').ready({ P1: 1 });
    const { world, home } = stage.scenario;
    const changed = userDeployment({ namespace: 'default', name: 'p1-0' }, 'P1');
    changed.spec.flinkConfiguration = { 'taskmanager.numberOfTaskSlots': '4' };
    await stage.home.applyDeployment(changed);
    world.operator(home).runs.get('default/p1-0')!.fault = 'never-ready';
    const { summary } = await stage.scenario.whileWorking(() => stage.round());
    expect(summary.problems[0]).toMatchObject({ code: 'JobNotHealthy' });
    expect(stage.standby('p1-0')!.spec.flinkConfiguration).toMatchObject({ 'taskmanager.numberOfTaskSlots': '2' });
  });

  test('a suspended job is left by an escape, and serves again when it was resumed', async () => {
    const stage = await new Stage('follow-suspended').ready({ P1: 1, P2: 2 });
    const { scenario } = stage;
    await scenario.whileWorking(async () => {
      await stage.setState('p2-0', 'suspended');
      await stage.setState('p2-1', 'suspended');
      await stage.round(['P1']);
      expect(stage.mark('p2-0')).toMatch(/^suspended since /);
      await stage.setState('p2-1', 'running');
      await stage.round(['P1']);
      expect(stage.mark('p2-1')).toBeUndefined();
      await stage.afterGrace();
      await stage.round(['P1']);
      expect(stage.standby('p2-0'), 'it costs nothing and stays').toBeDefined();

      scenario.world.zone(scenario.home).dead = true;
      const report = scenario.report(await scenario.escape());
      expect(report.totals).toMatchObject({ running: 2, left: 1, failed: 0 });
      expect(lineOf(report, 'p2-0')).toMatchObject({
        outcome: 'left',
        code: 'JobEnded',
        message: expect.stringContaining(`its owner suspended it in ${scenario.home}`),
      });
    });
  });

  test('a deleted job’s standby goes after a grace, its recovery points stay', async () => {
    const stage = await new Stage('follow-deleted').ready({ P0: 1, P1: 2 });
    const { scenario } = stage;
    await scenario.whileWorking(async () => {
      await stage.delete('p0-0');
      await stage.delete('p1-0');
      await stage.round(['P2']);
      expect(stage.mark('p0-0')).toMatch(/^deleted since /);
      expect(stage.mark('p1-0')).toMatch(/^deleted since /);
      expect(stage.mark('p1-1')).toBeUndefined();
      await stage.afterGrace();
      await stage.round(['P2']);
    });
    expect([...stage.peer.deployments.keys()]).toEqual(['default/p1-1']);
    expect([...scenario.world.operator(scenario.peer).runs.keys()], 'its twin is stopped').toEqual([]);
    expect(recoveryPointsOf(scenario, 'p1-0')).toHaveLength(1);
  });

  test('a renamed job is a new one, and the old name goes', async () => {
    const stage = await new Stage('follow-renamed').ready({ P1: 1 });
    const { scenario } = stage;
    await scenario.whileWorking(async () => {
      await stage.delete('p1-0');
      await deploy(scenario.world, scenario.home, [{ namespace: 'default', name: 'orders', tier: 'P1' }]);
      expect((await stage.round()).summary).toMatchObject({ protected: 1, failed: 0, refused: 0 });
      expect(stage.standby('orders')!.metadata.labels![labels.role]).toBe('standby');
      await stage.afterGrace();
      await stage.round();
    });
    expect([...stage.peer.deployments.keys()]).toEqual(['default/orders']);
  });

  test('a job that was deleted and created again keeps its standby', async () => {
    const stage = await new Stage('follow-again').ready({ P1: 1 });
    const { scenario } = stage;
    await scenario.whileWorking(async () => {
      await stage.delete('p1-0');
      await stage.round();
      expect(stage.mark('p1-0')).toBeDefined();
      await deploy(scenario.world, scenario.home, fleetOf({ P1: 1 }));
      await stage.afterGrace();
      expect((await stage.round()).summary).toMatchObject({ protected: 1 });
    });
    expect(stage.mark('p1-0')).toBeUndefined();
  });

  test('a zone that is merely silent ends nothing, nor does a list that lacks a job', async () => {
    const stage = await new Stage('follow-silent').ready({ P1: 2 });
    const { world, home } = stage.scenario;
    await stage.scenario.whileWorking(async () => {
      const list = stage.home.listDeployments.bind(stage.home);
      stage.home.listDeployments = async (...args) => (await list(...args)).slice(1);
      await stage.round(['P2']);
      expect(stage.mark('p1-0')).toBeUndefined();
      stage.home.listDeployments = list;
      const before = structuredClone(stage.peer.deployments);
      world.zone(home).dead = true;
      const round = stage.round();
      await stage.afterGrace();
      world.zone(home).dead = false;
      await round.catch(() => undefined);
      for (const [key, { metadata }] of before) {
        expect(stage.peer.deployments.get(key)!.metadata.annotations![annotations.ended]).toBe(
          metadata.annotations![annotations.ended],
        );
      }
    });
  });

  test('an API server that lost its data takes no standby with it', async () => {
    const stage = await new Stage('follow-lost').ready({ P2: 12 });
    const { scenario } = stage;
    await scenario.whileWorking(async () => {
      for (const { name } of fleetOf({ P2: 12 })) await stage.delete(name);
      await stage.round();
      await stage.afterGrace();
      await stage.round();
      expect(scenario.world.logged.map(({ message }) => message).join('\n')).toContain(
        '12 of 12 protected jobs are gone at once',
      );
      scenario.world.zone(scenario.home).dead = true;
      const report = scenario.report(await scenario.escape());
      expect(report.totals).toMatchObject({ running: 12, left: 0, failed: 0 });
    });
  });

  test('a standby that was started meanwhile is not removed', async () => {
    const stage = await new Stage('follow-race').ready({ P1: 1 });
    const { scenario } = stage;
    await scenario.whileWorking(async () => {
      await stage.delete('p1-0');
      await stage.round();
      await stage.afterGrace();
      let started = false;
      scenario.world.ledger.onNote(({ kind, object }) => {
        if (started || kind !== 'kubernetes delete' || object !== 'default/p1-0') return;
        started = true;
        const standby = stage.standby('p1-0')!;
        standby.metadata.labels![labels.role] = 'active';
        standby.metadata.resourceVersion = 'changed';
      });
      await stage.round();
      expect(started).toBe(true);
    });
    expect(stage.standby('p1-0')).toBeDefined();
  });
});
