/** The planning activity: what it gathers in the peer, and that a plan once written stays. */
import { describe, expect, test } from 'vitest';
import { annotations } from '../../../model/job/marks.ts';
import type { EscapePlan } from '../../../model/move/plan-types.ts';
import { buildDeployment, buildStandby } from '../../builders/deployment.ts';
import { buildConfig } from '../../builders/config.ts';
import { FakeZones } from '../../fakes/fake-zones.ts';
import { repeatedAfterEachKill } from '../../fakes/repeated-after-each-kill.ts';
import { claimBy } from './stage.ts';
import { plan } from './verbs.ts';

const planKey = 'reports/escape/az-a-INC-1/plan.json';

/** Standbys of a P0, a P1 and a P2 job of az-a, beside a job of az-b itself. */
async function standbysInPeer(): Promise<{ zones: FakeZones }> {
  const zones = new FakeZones(buildConfig());
  await zones.place('az-b', buildStandby({ name: 'orders', tier: 'P1' }));
  await zones.place('az-b', buildStandby({ name: 'payments', tier: 'P0', role: 'twin' }));
  await zones.place('az-b', buildStandby({ name: 'search', tier: 'P2' }));
  await zones.place('az-b', buildDeployment({ name: 'local', tier: 'P2' }));
  return { zones };
}

function written(zones: FakeZones): EscapePlan {
  const held = zones.store('az-b').objects.get(planKey)!;
  return JSON.parse(new TextDecoder().decode(held.bytes)) as EscapePlan;
}

const namesOf = ({ waves }: EscapePlan) => waves.flatMap(({ jobs }) => jobs.map(({ name }) => name));

describe('the plan of an escape', () => {
  test('has the jobs of the lost zone in the order of their tiers, and no others', async () => {
    const { zones } = await standbysInPeer();
    expect(await plan(zones)).toMatchObject({ jobsByTier: { P0: 1, P1: 1, P2: 1 }, left: 0 });
    expect(namesOf(written(zones))).toEqual(['payments', 'orders', 'search']);
  });

  test('asks each job for the epoch after the newest that is claimed', async () => {
    const { zones } = await standbysInPeer();
    claimBy(zones, 'az-a-INC-0', 4);
    await plan(zones);
    const epochs = written(zones).waves.flatMap(({ jobs }) => jobs.map(({ name, epoch }) => [name, epoch]));
    expect(Object.fromEntries(epochs)).toEqual({ payments: 2, orders: 5, search: 2 });
  });

  test('notes the version of objects that one patch starts', async () => {
    const { zones } = await standbysInPeer();
    await plan(zones);
    const jobs = written(zones).waves.flatMap((wave) => wave.jobs);
    expect(jobs.filter(({ unused }) => unused !== undefined).map(({ name }) => name)).toEqual(['orders', 'search']);
  });

  test('changes nothing in the peer but the plan itself', async () => {
    const { zones } = await standbysInPeer();
    await plan(zones);
    const changes = zones.wire.requests.filter((line) => / (apply|patch|delete|put|createIfAbsent|poke) /.test(line));
    expect(changes).toEqual([`az-b store createIfAbsent ${planKey}`]);
  });

  test('once written is the escape’s plan, whatever came since', async () => {
    const { zones } = await standbysInPeer();
    const first = await plan(zones);
    await zones.place('az-b', buildStandby({ name: 'late' }));
    expect(await plan(zones)).toEqual(first);
    expect(namesOf(written(zones))).toHaveLength(3);
  });

  test('of a dry run may be made again, and is not the escape’s', async () => {
    const { zones } = await standbysInPeer();
    await plan(zones, { effects: 'rehearsed' });
    await zones.place('az-b', buildStandby({ name: 'late' }));
    expect(await plan(zones, { effects: 'rehearsed' })).toMatchObject({ jobsByTier: { P1: 2 } });
    expect(zones.store('az-b').objects.has(planKey)).toBe(false);
  });

  test('takes up a job that an earlier escape started in vain', async () => {
    const { zones } = await standbysInPeer();
    const marks = { [annotations.failed]: 'restart-loop', [annotations.preferredZone]: 'az-a' };
    await zones.place('az-b', buildDeployment({ name: 'again', role: 'active', annotations: marks }));
    await plan(zones);
    expect(written(zones).waves.flatMap(({ jobs }) => jobs)).toContainEqual(
      expect.objectContaining({ name: 'again', retry: true }),
    );
  });

  test('is made although room could not be read, and says so', async () => {
    const { zones } = await standbysInPeer();
    zones.cluster('az-b').nodesRefused = true;
    expect((await plan(zones)).note).toContain('room by nodes of az-b was not judged');
  });

  test('is refused where nothing of the zone is protected', async () => {
    const zones = new FakeZones(buildConfig());
    await expect(plan(zones)).rejects.toMatchObject({ code: 'NothingProtected' });
    expect(zones.store('az-b').objects.size).toBe(0);
  });

  test('is refused where no job is within the limits', async () => {
    const { zones } = await standbysInPeer();
    await expect(plan(zones, { scope: { namespaces: ['other'] } })).rejects.toMatchObject({ code: 'NothingSelected' });
  });

  test('is the same wherever its worker dies', async () => {
    await repeatedAfterEachKill(
      standbysInPeer,
      ({ zones }) => plan(zones),
      (summary, { zones }) => {
        expect(summary).toMatchObject({ jobsByTier: { P0: 1, P1: 1, P2: 1 } });
        expect(namesOf(written(zones))).toEqual(['payments', 'orders', 'search']);
      },
    );
  });
});
