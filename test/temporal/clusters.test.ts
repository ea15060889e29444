/** A zone of two clusters: lost as a whole, or one of them while the other goes on. */
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readFromPeers } from '../../zones/reports/find-report.ts';
import type { EscapeInput } from '../../model/inputs/escape-input.ts';
import { annotations, labels } from '../../model/job/marks.ts';
import { reportSchema, type Report } from '../../model/report/schema.ts';
import type { Tier } from '../../model/job/tier.ts';
import { hookRoutes } from '../../api/routes/hooks.ts';
import type { Answer, ApiContext, Call } from '../../api/route.ts';
import { followEscape, protectZone, requestEscape } from '../../client/client.ts';
import { findRunning, requireRunning, tellEscape } from '../../client/running-escape.ts';
import { deploy, type FleetJob } from '../simulation/harness/fleet.ts';
import { lineOf, Scenario } from './harness/scenario.ts';
import { startServer } from './harness/server.ts';
import { twoClusters } from '../simulation/harness/two-zones.ts';
import { waitUntil } from '../simulation/harness/wait-until.ts';

let env: TestWorkflowEnvironment;
beforeAll(async () => {
  env = await startServer();
});
afterAll(() => env.teardown());

/** `P1: 2` gives blue-p1-0 and blue-p1-1. */
function fleetOf(colour: string, counts: Partial<Record<Tier, number>>): FleetJob[] {
  return Object.entries(counts).flatMap(([tier, count]) =>
    Array.from({ length: count }, (_, index) => ({
      namespace: 'default',
      name: `${colour}-${tier.toLowerCase()}-${index}`,
      tier: tier as Tier,
    })),
  );
}

class Stage {
  readonly scenario: Scenario;
  readonly whole: string;
  readonly blue: string;
  readonly green: string;
  readonly other: string;

  constructor(name: string) {
    const stage = twoClusters(name);
    this.scenario = new Scenario(env, name, undefined, stage);
    this.whole = stage.whole;
    this.blue = stage.home;
    this.green = stage.green;
    this.other = stage.other;
  }

  get world() {
    return this.scenario.world;
  }
  get peer() {
    return this.scenario.peer;
  }

  /** Blue jobs are protected in the peer, green ones in the other one, unless told. */
  async protect(zone: string, fleet: FleetJob[], peer = zone === this.blue ? this.peer : this.other): Promise<void> {
    await deploy(this.world, zone, fleet);
    for (const job of fleet) await this.wish(zone, job, peer);
    expect(await this.round(zone)).toMatchObject({ protected: fleet.length, problems: [] });
  }

  async wish(zone: string, job: FleetJob, peer: string): Promise<void> {
    const patch = { metadata: { annotations: { [annotations.peer]: peer } } };
    await this.world.cluster(zone).patchDeployment(job, patch);
  }

  async round(zone: string) {
    const { client, config } = this.scenario;
    return (await protectZone(client, config, { zone }, () => {})).summary;
  }

  ask(input: Partial<EscapeInput>) {
    const { client, config } = this.scenario;
    return requestEscape(client, config, { zone: this.whole, incident: 'INC-1', ...input });
  }

  /** What the hook of Alertmanager answers to an alert that calls it lost. */
  alert(zone: string): Promise<Answer> {
    const { client, config } = this.scenario;
    config.api.hooks.alertmanager = { alertNames: ['ZoneLost'], zoneLabel: 'zone' };
    const [route] = hookRoutes({ client, config } as ApiContext);
    const startsAt = '2026-11-21T03:00:00Z';
    const alerts = [{ status: 'firing', labels: { alertname: 'ZoneLost', zone }, startsAt, fingerprint: 'b3a1' }];
    const body = Buffer.from(JSON.stringify({ version: '4', alerts }));
    const headers = { 'content-type': 'application/json' };
    return route!.handle({ body, headers, note: () => {}, caller: { name: 'otto' } } as unknown as Call);
  }

  async escape(input: Partial<EscapeInput> = {}): Promise<Report> {
    const asked = await this.ask(input);
    if (!asked.verdict.accepted) throw new Error(asked.verdict.sentence);
    const { reportKey } = await followEscape(this.scenario.client, asked, () => {});
    const bytes = await readFromPeers(this.world, this.whole, reportKey, { maxBytes: 1 << 24 });
    return reportSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  }

  in(zone: string, name: string) {
    return this.world.cluster(zone).deployments.get(`default/${name}`);
  }

  isStopped(zone: string, { name }: FleetJob): boolean {
    return this.in(zone, name)!.spec.job!.state === 'suspended';
  }

  /** Zones in which all tasks of the job run. */
  runsIn(name: string): string[] {
    return [this.blue, this.green, this.peer, this.other].filter((zone) => {
      if (this.world.zone(zone).dead) return false;
      const run = this.world.operator(zone).runs.get(`default/${name}`);
      return run?.allRunAt(this.world.now()) && this.in(zone, name)?.metadata.labels?.[labels.role] !== 'twin';
    });
  }
}

describe.concurrent('a zone of two clusters', () => {
  test('escapes as one: one order of waves over both, one report that says which cluster each job left', async () => {
    const stage = new Stage('clusters-whole');
    const { world, blue, green, whole, peer, other } = stage;
    const [blues, greens] = [fleetOf('blue', { P0: 1, P2: 2 }), fleetOf('green', { P1: 3, P3: 1 })];
    await stage.scenario.whileWorking(async () => {
      await stage.protect(blue, blues);
      await stage.protect(green, greens, peer);
      await deploy(world, green, fleetOf('late', { P1: 1 }));
      await stage.wish(green, fleetOf('late', { P1: 1 })[0]!, other);
      await stage.round(green);
      for (const zone of [blue, green]) world.zone(zone).dead = true;
      world.ledger.clear();
      const report = await stage.escape();
      expect(report).toMatchObject({ zone: whole, clusters: [blue, green], id: `${whole}-INC-1`, to: [peer, other] });
      expect(report.totals).toMatchObject({ running: 8, left: 0, failed: 0 });
      for (const { name } of blues) expect(lineOf(report, name)).toMatchObject({ from: blue, to: peer });
      for (const { name } of greens) expect(lineOf(report, name)).toMatchObject({ from: green, to: peer });
      expect(lineOf(report, 'late-p1-0')).toMatchObject({ from: green, to: other });
      const patches = world.ledger.entries.filter(({ kind }) => kind === 'kubernetes patch');
      const order = [...new Set(patches.map(({ object }) => object))].map((name) => /p\d/.exec(name)![0]);
      expect(order).toEqual(order.toSorted());

      // One comes back before the other: what runs elsewhere is stopped there, and the other is waited for.
      world.zone(green).dead = false;
      await waitUntil('green is stopped', () => greens.every((job) => stage.isStopped(green, job)));
      world.zone(blue).dead = false;
      await waitUntil('blue is stopped', () => blues.every((job) => stage.isStopped(blue, job)));
      for (const { name } of [...blues, ...greens]) expect(stage.runsIn(name)).toEqual([peer]);
    });
  }, 90_000);

  test('escapes in part: nothing of the other cluster is started, stopped or even asked', async () => {
    const stage = new Stage('clusters-part');
    const { world, blue, green, whole, peer } = stage;
    const [blues, greens] = [fleetOf('blue', { P0: 1, P1: 2 }), fleetOf('green', { P0: 1, P1: 2 })];
    await stage.scenario.whileWorking(async () => {
      await stage.protect(blue, blues);
      await stage.protect(green, greens, peer);
      const untouched = () =>
        structuredClone({
          atHome: world.cluster(green).deployments,
          standbys: greens.map(({ name }) => stage.in(peer, name)),
          roles: greens.map(({ name }) => world.cluster(peer).configMaps.get(`default/${name}-role`)),
        });
      const before = untouched();
      world.zone(blue).dead = true;
      world.ledger.clear();
      const report = await stage.escape({ cluster: blue });
      expect(report).toMatchObject({ zone: blue, id: `${blue}-INC-1`, totals: { running: 3, left: 0, failed: 0 } });
      expect(report.clusters).toEqual([blue]);
      expect(report.jobs.map(({ from }) => from)).toEqual([blue, blue, blue]);
      world.zone(blue).dead = false;
      await waitUntil('blue is stopped', () => blues.every((job) => stage.isStopped(blue, job)));
      expect(world.ledger.of(green)).toEqual([]);
      expect(untouched()).toEqual(before);
      for (const { name } of greens) expect(stage.runsIn(name)).toEqual([green]);
      for (const { name } of blues) expect(stage.runsIn(name)).toEqual([peer]);

      // The same by the name of the cluster, and then the whole zone has only green's left to escape.
      const same = await stage.ask({ zone: blue });
      expect(same.workflowId).toBe(`escape/${blue}/INC-1`);
      world.zone(green).dead = true;
      const rest = await stage.escape({ incident: 'INC-2' });
      expect(rest).toMatchObject({ zone: whole, totals: { running: 3, left: 0, failed: 0 } });
      expect(rest.jobs.map(({ from }) => from)).toEqual([green, green, green]);
    });
  }, 90_000);

  test('has one escape at a time, and says which: that of a cluster is not told what is meant for the other', async () => {
    const stage = new Stage('clusters-exclusive');
    const { world, blue, green, whole } = stage;
    const { client, config } = stage.scenario;
    await stage.scenario.whileWorking(async () => {
      await stage.protect(blue, fleetOf('blue', { P1: 1 }));
      await stage.protect(green, fleetOf('green', { P1: 1 }));
      world.zone(blue).dead = true;
      const first = await stage.ask({ zone: blue, approval: true });
      expect(first.verdict).toMatchObject({ accepted: true, workflowId: `escape-active/${whole}` });
      const again = await stage.ask({ cluster: blue, approval: true });
      expect(again).toEqual(first);

      for (const input of [{}, { cluster: green }, { zone: green }]) {
        const { verdict } = await stage.ask({ ...input, incident: 'INC-2' });
        expect(verdict).toMatchObject({ accepted: false, code: 'EscapeUnderWay' });
        expect(verdict.sentence).toContain(`is already being escaped by escape-active/${whole}`);
      }
      const running = { workflowId: `escape-active/${whole}` };
      for (const zone of [whole, blue]) expect(await findRunning(client, config, zone)).toMatchObject(running);
      expect(await findRunning(client, config, green)).toBeUndefined();
      await expect(requireRunning(client, config, green)).rejects.toMatchObject({
        code: 'NoEscape',
        message: `no escape of ${green} is running; ${blue} is being escaped, which is part of ${whole} as well`,
      });
      await expect(tellEscape(client, config, green, { word: 'abort', by: 'otto' })).rejects.toMatchObject({
        code: 'NoEscape',
      });
      // Alertmanager repeats what was answered with 503: this one is covered by nobody. Blue's needs no repeat.
      for (const zone of [green, whole]) {
        await expect(stage.alert(zone)).rejects.toMatchObject({ code: 'EscapeUnderWay', status: 503 });
        await expect(stage.alert(zone)).rejects.toThrow(`for incident INC-1, since`);
        await expect(stage.alert(zone)).rejects.toThrow(`: that one is of ${blue}`);
      }
      expect(await stage.alert(blue)).toMatchObject({ status: 200 });
      expect(await tellEscape(client, config, whole, { word: 'abort', by: 'otto' })).toMatchObject({ zone: blue });
      await followEscape(client, first, () => {});

      // A dry run locks nobody out.
      const dryRun = await stage.escape({ cluster: green, dryRun: true, incident: 'INC-3' });
      expect(dryRun).toMatchObject({ zone: green, totals: { running: 1 } });
      await expect(stage.ask({ cluster: 'az-nowhere' })).rejects.toMatchObject({
        code: 'UnknownZone',
        message: `"az-nowhere" is no cluster of ${whole}; its clusters are ${blue}, ${green}`,
      });
      await expect(stage.round(whole)).rejects.toMatchObject({
        message: `"${whole}" is a zone of several clusters: name one of ${blue}, ${green}`,
      });
    });
  }, 90_000);

  test('keeps two jobs of one name apart: each has a peer of its own, and the second escapes after the first', async () => {
    const stage = new Stage('clusters-names');
    const { world, blue, green, peer, other } = stage;
    const [orders] = fleetOf('orders', { P1: 1 }) as [FleetJob];
    await stage.scenario.whileWorking(async () => {
      await stage.protect(blue, [orders]);
      await stage.protect(green, [{ ...orders, tier: 'P2' }]);
      for (const zone of [blue, green]) world.zone(zone).dead = true;
      const first = await stage.escape();
      expect(first.totals).toMatchObject({ running: 1, left: 1, failed: 0 });
      expect(first.jobs.map(({ from, to, outcome }) => [from, to, outcome])).toEqual([
        [blue, peer, 'running'],
        [green, other, 'left'],
      ]);
      expect(first.jobs[1]).toMatchObject({ code: 'NameTaken' });
      expect(first.jobs[1]!.message).toContain(`a job of ${blue} has the same name and starts first`);
      const second = await stage.escape({ incident: 'INC-2' });
      expect(second.jobs).toMatchObject([{ from: green, to: other, outcome: 'running' }]);
      expect(stage.runsIn(orders.name)).toEqual([peer, other]);
      for (const zone of [blue, green]) world.zone(zone).dead = false;
      await waitUntil('both are stopped at home', () => [blue, green].every((zone) => stage.isStopped(zone, orders)));
      expect(stage.in(blue, orders.name)!.metadata.annotations![annotations.activeZone]).toBe(peer);
      expect(stage.in(green, orders.name)!.metadata.annotations![annotations.activeZone]).toBe(other);
    });
  }, 90_000);
});
