/** A zone with two peers: who takes which job, how one moves, and how both take the zone's jobs when it is lost. */
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seeProtection } from '../../zones/protection/see-protection.ts';
import { readFromPeers } from '../../zones/reports/find-report.ts';
import type { NodeCapacity } from '../../model/capacity/types.ts';
import { jobKey } from '../../model/job/job.ts';
import type { FlinkDeployment } from '../../model/job/flink-deployment.ts';
import { annotations, labels } from '../../model/job/marks.ts';
import { reportSchema, type Report } from '../../model/report/schema.ts';
import type { Tier } from '../../model/job/tier.ts';
import { followEscape, protectZone, requestEscape } from '../../client/client.ts';
import { deploy, fleetOf, type FleetJob } from '../simulation/harness/fleet.ts';
import { lineOf, Scenario } from './harness/scenario.ts';
import { startServer } from './harness/server.ts';
import { threeZones } from '../simulation/harness/two-zones.ts';
import { waitUntil } from '../simulation/harness/wait-until.ts';

let env: TestWorkflowEnvironment;
beforeAll(async () => {
  env = await startServer();
});
afterAll(() => env.teardown());

const gibi = 2 ** 30;

class Stage {
  readonly scenario: Scenario;
  readonly other: string;
  readonly fleet: FleetJob[];

  constructor(name: string, counts: Partial<Record<Tier, number>>) {
    const zones = threeZones(name);
    this.scenario = new Scenario(env, name, undefined, zones);
    this.other = zones.other;
    this.fleet = fleetOf(counts);
  }

  /** Deploys the fleet, each job with a wish for one of the peers in turn. */
  async shared(): Promise<this> {
    await deploy(this.world, this.home, this.fleet);
    for (const [index, job] of this.fleet.entries())
      await this.wish(job.name, index % 2 === 0 ? this.peer : this.other);
    return this;
  }

  get world() {
    return this.scenario.world;
  }
  get home() {
    return this.scenario.home;
  }
  get peer() {
    return this.scenario.peer;
  }

  wish(name: string, peer: string | null) {
    const patch = { metadata: { annotations: { [annotations.peer]: peer } } };
    return this.world.cluster(this.home).patchDeployment({ namespace: 'default', name }, patch);
  }

  round(zone = this.home) {
    return protectZone(this.scenario.client, this.scenario.config, { zone }, () => {});
  }

  in(zone: string, name: string): FlinkDeployment | undefined {
    return this.world.cluster(zone).deployments.get(`default/${name}`);
  }

  /** Where a job has an object of that role. */
  whereIs(name: string, role: string): string[] {
    return [this.peer, this.other].filter((zone) => this.in(zone, name)?.metadata.labels?.[labels.role] === role);
  }

  async escape(incident = 'INC-1'): Promise<Report> {
    return this.report(await this.scenario.escape({ incident }));
  }

  async report({ reportKey }: { reportKey: string }): Promise<Report> {
    const bytes = await readFromPeers(this.world, this.home, reportKey, { maxBytes: 1 << 24 });
    return reportSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  }

  /** Zones in which all tasks of the job run. */
  runsIn(name: string): string[] {
    return [this.home, this.peer, this.other].filter((zone) => {
      if (this.world.zone(zone).dead) return false;
      const run = this.world.operator(zone).runs.get(`default/${name}`);
      return run?.allRunAt(this.world.now()) && this.in(zone, name)?.metadata.labels?.[labels.role] !== 'twin';
    });
  }
}

function nodesOf(zone: string, cores: number): NodeCapacity[] {
  const room = { cpuMillis: cores * 1000, memoryBytes: 1024 * gibi, pods: 110 };
  return [{ name: 'node-0', ...room, labels: { zone }, taints: [], schedulable: true }];
}

describe.concurrent('a round of a zone with two peers', () => {
  test('takes new jobs to where there is room, reads that room once, and leaves each where it is', async () => {
    const stage = new Stage('peers-room', { P1: 6 });
    const { world, home, peer, other } = stage;
    await deploy(world, home, stage.fleet);
    const roomsRead = () => world.ledger.of(peer, 'kubernetes list').filter(({ object }) => object === 'nodes').length;
    // A job asks for three cores.
    world.cluster(peer).nodes = nodesOf(peer, 8);
    world.cluster(other).nodes = nodesOf(other, 14);
    await stage.scenario.whileWorking(async () => {
      expect((await stage.round()).summary).toMatchObject({ protected: 6, problems: [] });
      const seats = stage.fleet.map(({ name }) => stage.whereIs(name, 'standby'));
      expect(seats.every((zones) => zones.length === 1)).toBe(true);
      expect(seats.flat().filter((zone) => zone === other)).toHaveLength(4);
      expect(roomsRead()).toBe(1);

      // Had they to choose now, all would go to the first.
      world.cluster(peer).nodes = nodesOf(peer, 800);
      expect((await stage.round()).summary).toMatchObject({ protected: 6, problems: [] });
      expect(stage.fleet.map(({ name }) => stage.whereIs(name, 'standby'))).toEqual(seats);
      expect(roomsRead()).toBe(1);
    });
    const { lines } = await seeProtection(world, home, new AbortController().signal);
    for (const { name, peer: seat } of lines) expect([seat]).toEqual(stage.whereIs(name, 'standby'));
    expect(lines).toHaveLength(6);
    expect(lines.every(({ state }) => state === 'fresh')).toBe(true);
  });

  test('refuses a wish that names no peer, and says which there are', async () => {
    const stage = new Stage('peers-wish', { P1: 2 });
    const { world, home, peer, other } = stage;
    await deploy(world, home, stage.fleet);
    await stage.wish('p1-0', 'az-nowhere');
    await stage.wish('p1-1', other);
    const { summary } = await stage.scenario.whileWorking(() => stage.round());
    expect(summary).toMatchObject({ protected: 1, failed: 1 });
    expect(summary.problems).toMatchObject([{ name: 'p1-0', code: 'BadInput' }]);
    expect(summary.problems[0]!.sentence).toContain(`names "az-nowhere", which is no peer of ${home}`);
    expect(summary.problems[0]!.sentence).toContain(`write ${peer} or ${other}`);
    expect(stage.whereIs('p1-1', 'standby')).toEqual([other]);
  });

  test('moves a job whose wish changed: the new standby first, and the old one not without it', async () => {
    const stage = new Stage('peers-move', { P0: 1, P1: 1 });
    const { world, home, peer, other } = stage;
    await deploy(world, home, stage.fleet);
    await stage.scenario.whileWorking(async () => {
      for (const { name } of stage.fleet) await stage.wish(name, peer);
      expect((await stage.round()).summary).toMatchObject({ protected: 2 });
      for (const { name } of stage.fleet) await stage.wish(name, other);

      world.zone(peer).dead = true;
      const cut = await stage.round();
      expect(cut.summary).toMatchObject({ protected: 0, failed: 2 });
      for (const { code, sentence } of cut.summary.problems) {
        expect(code).toBe('PeerDown');
        expect(sentence).toContain(`cannot leave ${peer}, so it still escapes there`);
      }
      world.zone(peer).dead = false;
      expect(stage.whereIs('p1-0', 'standby')).toEqual([peer, other]);

      expect((await stage.round()).summary).toMatchObject({ protected: 2, problems: [] });
      expect(stage.whereIs('p1-0', 'standby')).toEqual([other]);
      expect(stage.whereIs('p0-0', 'twin')).toEqual([other]);
      expect([...world.operator(peer).runs.keys()]).toEqual([]);
      expect(stage.in(home, 'p1-0')!.metadata.annotations![annotations.standbyIn]).toBe(other);
      for (const zone of [peer, other]) {
        const notes = world.store(zone).keys(`seats/${home}/default/p1-0`);
        expect(notes.map((key) => key.split('.').at(-1))).toEqual([other]);
      }
    });
  });
});

describe.concurrent('an escape from a zone with two peers', () => {
  test('starts each job where its standby is, in one order of tiers, and says where', async () => {
    const stage = await new Stage('peers-escape', { P0: 2, P1: 6, P2: 4, P3: 2 }).shared();
    const { world, home, peer, other } = stage;
    await stage.scenario.whileWorking(async () => {
      expect((await stage.round()).summary).toMatchObject({ protected: 14, problems: [] });
      world.zone(home).dead = true;
      world.ledger.clear();
      const report = await stage.escape();
      expect(report.totals).toMatchObject({ running: 14, left: 0, failed: 0 });
      expect(report.to).toEqual([peer, other]);
      for (const [index, { name }] of stage.fleet.entries()) {
        const zone = index % 2 === 0 ? peer : other;
        expect(lineOf(report, name)).toMatchObject({ outcome: 'running', to: zone, epoch: 2 });
        expect(stage.runsIn(name)).toEqual([zone]);
        expect(stage.in(zone, name)!.metadata.annotations).toMatchObject({ [annotations.activeZone]: zone });
      }
      const patches = world.ledger.entries.filter(({ kind }) => kind === 'kubernetes patch');
      const order = [...new Set(patches.map(({ object }) => object.replace('default/', '')))].map((name) =>
        name.slice(0, 2),
      );
      expect(order).toEqual(order.toSorted());

      // The zone comes back, and its copies are stopped, whoever took their jobs.
      world.zone(home).dead = false;
      await waitUntil('all jobs are stopped at home', () =>
        stage.fleet.every(({ name }) => stage.in(home, name)!.spec.job!.state === 'suspended'),
      );
      for (const [index, { name }] of stage.fleet.entries()) {
        const marks = stage.in(home, name)!.metadata.annotations!;
        expect(marks[annotations.activeZone]).toBe(index % 2 === 0 ? peer : other);
      }
    });
  });

  test('names the jobs of a peer that does not answer, starts the others, and takes those up when it answers', async () => {
    const stage = await new Stage('peers-silent', { P0: 2, P1: 4 }).shared();
    const { world, home, peer, other } = stage;
    await stage.scenario.whileWorking(async () => {
      expect((await stage.round()).summary).toMatchObject({ protected: 6, problems: [] });
      for (const zone of [home, peer]) world.zone(zone).dead = true;
      const report = await stage.escape();
      expect(report.totals).toMatchObject({ running: 3, left: 3, failed: 0 });
      for (const [index, { name }] of stage.fleet.entries()) {
        const line = lineOf(report, name);
        if (index % 2 === 1) expect(line).toMatchObject({ outcome: 'running', to: other });
        else {
          expect(line).toMatchObject({ outcome: 'left', to: peer, code: 'PeerDown' });
          expect(line.message).toContain(`its standby is in ${peer}, which does not answer`);
        }
      }
      world.zone(peer).dead = false;
      const later = await stage.escape('INC-2');
      expect(later.jobs.map(({ name }) => name).toSorted()).toEqual(['p0-0', 'p1-0', 'p1-2']);
      expect(later.totals).toMatchObject({ running: 3, left: 0, failed: 0 });
      for (const { name } of stage.fleet) expect(stage.runsIn(name)).toHaveLength(1);
    });
  });

  test('takes up all jobs of peers that refuse some of all calls', async () => {
    const stage = await new Stage('peers-flaky', { P0: 1, P1: 3 }).shared();
    const { world, home, peer, other } = stage;
    await stage.scenario.whileWorking(async () => {
      expect((await stage.round()).summary).toMatchObject({ protected: 4, problems: [] });
      world.zone(home).dead = true;
      for (const zone of [peer, other]) world.zone(zone).troubleShare = 0.2;
      const summary = await stage.scenario.escape();
      for (const zone of [peer, other]) world.zone(zone).troubleShare = 0;
      const { jobs, totals } = await stage.report(summary);
      const lost = jobs
        .filter(({ outcome }) => outcome !== 'running')
        .map(({ name, message }) => `${name}: ${message}`);
      expect(lost).toEqual([]);
      expect(totals).toMatchObject({ running: 4, left: 0, failed: 0 });
      for (const { name } of stage.fleet) expect(stage.runsIn(name)).toHaveLength(1);
    });
  }, 120_000);

  test('goes on in one peer while the other dies in the middle of it', async () => {
    const stage = await new Stage('peers-dies', { P0: 2, P1: 4, P2: 2 }).shared();
    const { world, home, peer, other } = stage;
    await stage.scenario.whileWorking(async () => {
      expect((await stage.round()).summary).toMatchObject({ protected: 8, problems: [] });
      world.zone(home).dead = true;
      const { promise: fallen, resolve: fell } = Promise.withResolvers<void>();
      let isFirst = true;
      world.ledger.onNote(({ zone, kind, object }) => {
        if (!isFirst || zone !== peer || kind !== 'store createIfAbsent' || !object.startsWith('epochs/')) return;
        isFirst = false;
        world.zone(peer).dead = true;
        fell();
      });
      const escaping = stage.escape();
      await fallen;
      await waitUntil(
        'those of the other peer run',
        () => stage.fleet.every(({ name }, index) => index % 2 === 0 || stage.runsIn(name)[0] === other),
        60_000,
      );
      expect(world.zone(peer).dead).toBe(true);
      world.zone(peer).dead = false;
      expect((await escaping).totals).toMatchObject({ running: 8, left: 0, failed: 0 });
      for (const { name } of stage.fleet) expect(stage.runsIn(name)).toHaveLength(1);
    });
  }, 120_000);

  test('of a job that was moving starts nothing where the peer that it leaves is silent', async () => {
    const stage = new Stage('peers-moving', { P1: 1 });
    const { world, home, peer, other } = stage;
    await deploy(world, home, stage.fleet);
    await stage.scenario.whileWorking(async () => {
      await stage.wish('p1-0', peer);
      await stage.round();
      await stage.wish('p1-0', other);
      world.zone(peer).dead = true;
      await stage.round();
      world.zone(home).dead = true;
      expect(stage.whereIs('p1-0', 'standby')).toEqual([peer, other]);
      const left = await stage.escape();
      expect(lineOf(left, 'p1-0')).toMatchObject({ outcome: 'left', to: peer });
      world.zone(peer).dead = false;
      // Both have a standby: one starts, from the newer recovery point.
      const report = await stage.escape('INC-2');
      expect(lineOf(report, 'p1-0')).toMatchObject({ outcome: 'running', to: other });
      expect(stage.runsIn('p1-0')).toEqual([other]);
    });
  });

  test('says that nothing can start where no peer answers', async () => {
    const stage = await new Stage('peers-none', { P1: 2 }).shared();
    const { world, home, peer, other } = stage;
    await stage.scenario.whileWorking(async () => {
      await stage.round();
      for (const zone of [home, peer, other]) world.zone(zone).dead = true;
      await expect(stage.escape()).rejects.toMatchObject({ code: 'PeerDown' });
    });
  }, 90_000);

  test('finds the next peer for jobs that escaped, and leaves no second standby when the lost zone is back', async () => {
    const stage = new Stage('peers-chain', { P1: 2 });
    const { world, home, peer, other } = stage;
    await deploy(world, home, stage.fleet);
    await stage.scenario.whileWorking(async () => {
      for (const { name } of stage.fleet) await stage.wish(name, peer);
      await stage.round();
      world.zone(home).dead = true;
      await stage.escape();
      const there = await stage.round(peer);
      expect(there.summary).toMatchObject({ protected: 2, problems: [] });
      expect(stage.whereIs('p1-0', 'standby')).toEqual([other]);
      world.zone(home).dead = false;
      await waitUntil('the jobs are stopped at home', () =>
        stage.fleet.every(({ name }) => stage.in(home, name)!.spec.job!.state === 'suspended'),
      );
      expect((await stage.round(peer)).summary).toMatchObject({ protected: 2, problems: [] });
      for (const job of stage.fleet) {
        expect(world.cluster(home).deployments.has(jobKey(job))).toBe(false);
        expect(stage.whereIs(job.name, 'standby')).toEqual([other]);
      }
    });
  });

  test('stops the old copies of jobs that have moved on, though the zone that took them is lost as well', async () => {
    const stage = new Stage('peers-twice', { P1: 2 });
    const { world, home, peer, other } = stage;
    await deploy(world, home, stage.fleet);
    await stage.scenario.whileWorking(async () => {
      for (const { name } of stage.fleet) await stage.wish(name, peer);
      await stage.round();
      world.zone(home).dead = true;
      await stage.escape();
      expect((await stage.round(peer)).summary).toMatchObject({ protected: 2 });
      world.zone(peer).dead = true;
      const asked = await requestEscape(stage.scenario.client, stage.scenario.config, {
        zone: peer,
        incident: 'INC-2',
      });
      await followEscape(stage.scenario.client, asked, () => {});
      for (const { name } of stage.fleet) expect(stage.runsIn(name)).toEqual([other]);
      world.zone(home).dead = false;
      await waitUntil('the jobs are stopped at home', () =>
        stage.fleet.every(({ name }) => stage.in(home, name)!.spec.job!.state === 'suspended'),
      );
      for (const { name } of stage.fleet) expect(stage.runsIn(name)).toEqual([other]);
    });
  }, 60_000);
});
