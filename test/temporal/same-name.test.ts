/** Two zones with a job of one namespace and name each, and a peer that has room for one object of that name. */
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seeProtection } from '../../zones/protection/see-protection.ts';
import { recoveryPointIds } from '../../jobs/recovery-points/recovery-points.ts';
import { annotations, labels } from '../../model/job/marks.ts';
import { protectZone } from '../../client/client.ts';
import { deploy } from '../simulation/harness/fleet.ts';
import { lineOf, Scenario } from './harness/scenario.ts';
import { startServer } from './harness/server.ts';
import { threeZones } from '../simulation/harness/two-zones.ts';

let env: TestWorkflowEnvironment;
beforeAll(async () => {
  env = await startServer();
});
afterAll(() => env.teardown());

const orders = { namespace: 'default', name: 'orders', tier: 'P1' } as const;

class Stage {
  readonly scenario: Scenario;
  readonly other: string;

  constructor(name: string) {
    const zones = threeZones(name);
    this.scenario = new Scenario(env, name, undefined, zones);
    this.other = zones.other;
  }

  get world() {
    return this.scenario.world;
  }

  async deployed(): Promise<this> {
    for (const zone of [this.scenario.home, this.other]) {
      await deploy(this.world, zone, [orders]);
      await this.wish(zone, this.scenario.peer);
    }
    return this;
  }

  async wish(zone: string, peer: string): Promise<void> {
    const patch = { metadata: { annotations: { [annotations.peer]: peer } } };
    await this.world.cluster(zone).patchDeployment(orders, patch);
  }

  async round(zone: string) {
    const { summary } = await protectZone(this.scenario.client, this.scenario.config, { zone }, () => {});
    return summary;
  }

  in(zone: string) {
    return this.world.cluster(zone).deployments.get('default/orders');
  }
}

describe.concurrent('a job whose name another zone’s job has in the peer', () => {
  test('is refused, and what the first has there stays as it is', async () => {
    const stage = await new Stage('name-taken').deployed();
    const { world, other } = stage;
    const { home, peer } = stage.scenario;
    await stage.scenario.whileWorking(async () => {
      expect(await stage.round(home)).toMatchObject({ protected: 1, problems: [] });
      const before = structuredClone({ standby: stage.in(peer), objects: [...world.store(peer).objects.keys()] });

      const refused = await stage.round(other);
      expect(refused).toMatchObject({ protected: 0, failed: 1, problems: [{ name: 'orders', code: 'NameTaken' }] });
      expect(refused.problems[0]!.sentence).toContain(`${peer}, which has a job of that name of ${home}`);
      expect({ standby: stage.in(peer), objects: [...world.store(peer).objects.keys()] }).toEqual(before);
      const { lines, notes } = await seeProtection(world, other, new AbortController().signal);
      expect(lines).toMatchObject([{ name: 'orders', state: 'unprotected' }]);
      expect(notes).toEqual([`default/orders: NameTaken: ${peer} has a job of that name of ${home}`]);

      // The first goes on as before.
      expect(await stage.round(home)).toMatchObject({ protected: 1, problems: [] });
      world.zone(home).dead = true;
      const report = stage.scenario.report(await stage.scenario.escape());
      expect(lineOf(report, 'orders')).toMatchObject({ outcome: 'running', to: peer });

      // It runs there now, and still has the name.
      await stage.wish(other, peer);
      expect(await stage.round(other)).toMatchObject({ failed: 1, problems: [{ code: 'NameTaken' }] });
      expect(stage.in(other)!.spec.job!.state).toBe('running');
    });
  });

  test('gets one of two first rounds at the same moment', async () => {
    const stage = await new Stage('name-raced').deployed();
    const { world, other } = stage;
    const { home, peer } = stage.scenario;
    await stage.scenario.whileWorking(async () => {
      const rounds = await Promise.all([stage.round(home), stage.round(other)]);
      const won = [home, other].filter((_, index) => rounds[index]!.protected === 1);
      expect(won).toHaveLength(1);
      const lost = rounds.find((round) => round.protected === 0)!;
      expect(['NameTaken', 'RoundUnderWay']).toContain(lost.problems[0]!.code);
      expect(stage.in(peer)!.metadata).toMatchObject({
        labels: { [labels.role]: 'standby' },
        annotations: { [annotations.activeZone]: won[0], [annotations.preferredZone]: won[0] },
      });
      const points = await recoveryPointIds(world.store(peer, 's3'), orders);
      expect(points).toHaveLength(1);
      const later = await stage.round(won[0] === home ? other : home);
      expect(later.problems).toMatchObject([{ code: 'NameTaken' }]);
    });
  });

  test('leaves no recovery point under that name, though the other job came only after its round had begun', async () => {
    const stage = await new Stage('name-late').deployed();
    const { world, other } = stage;
    const { home, peer } = stage.scenario;
    let came = false;
    world.ledger.onNote(({ zone, kind, object }) => {
      if (came || zone !== peer || !object.startsWith('making/')) return;
      came = true;
      const goOn = world.zone(peer).hold(kind);
      const theirs = structuredClone(world.cluster(home).deployments.get('default/orders')!);
      theirs.metadata.labels![labels.role] = 'standby';
      theirs.metadata.annotations = { [annotations.activeZone]: home, [annotations.preferredZone]: home };
      theirs.spec.job!.state = 'suspended';
      void world.cluster(peer).applyDeployment(theirs).then(goOn);
    });
    await stage.scenario.whileWorking(async () => {
      const refused = await stage.round(other);
      expect(came).toBe(true);
      expect(refused).toMatchObject({ failed: 1, problems: [{ code: 'NameTaken' }] });
      expect(await recoveryPointIds(world.store(peer, 's3'), orders)).toEqual([]);
    });
  });
});
