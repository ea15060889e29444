/** Telling the lost zone to stop the jobs that run elsewhere by this escape, and no others. */
import { describe, expect, test } from 'vitest';
import { annotations, labels } from '../../../model/job/marks.ts';
import { buildConfig, buildZone } from '../../builders/config.ts';
import { buildDeployment, buildStandby } from '../../builders/deployment.ts';
import { buildPlannedJob } from '../../builders/escape.ts';
import { layPlan } from '../../builders/plan.ts';
import { FakeZones } from '../../fakes/fake-zones.ts';
import { claimBy, job } from './stage.ts';
import { fence } from './verbs.ts';

const escapeId = 'az-a-INC-1';
const payments = { namespace: 'default', name: 'payments' };

/** Both jobs of the plan run in az-a, which is back; the escape holds the epoch of `orders`. */
async function runningAtHome(config = buildConfig()): Promise<FakeZones> {
  const zones = new FakeZones(config);
  layPlan(zones.store('az-b'), [buildPlannedJob({ tier: 'P0' }), buildPlannedJob({ name: 'payments' })]);
  await zones.place('az-a', buildDeployment({ tier: 'P0' }));
  await zones.place('az-a', buildDeployment({ name: 'payments' }));
  claimBy(zones, escapeId, 2);
  zones.wire.requests.length = 0;
  return zones;
}

const stateOf = (zones: FakeZones, one = job) => zones.objectIn('az-a', one)!.spec.job!.state;

describe('fencing', () => {
  test('stops what runs elsewhere by this escape, and leaves what does not', async () => {
    const zones = await runningAtHome();
    expect(await fence(zones)).toMatchObject({ fence: { outcome: 'fenced' }, complete: true });
    expect(stateOf(zones)).toBe('suspended');
    expect(stateOf(zones, payments)).toBe('running');
    expect(zones.objectIn('az-a', job)!.metadata).toMatchObject({
      labels: { [labels.role]: 'standby' },
      annotations: { [annotations.activeZone]: 'az-b', [annotations.epoch]: '2' },
    });
  });

  test('silences the sink of P0 before and after its object is told', async () => {
    const zones = await runningAtHome();
    await fence(zones);
    expect(zones.wire.to('az-a', 'orders').map((line) => line.split(' ').slice(2, -1).join(' '))).toEqual([
      'apply configmap',
      'patch',
      'apply configmap',
    ]);
    expect(zones.cluster('az-a').configMaps.get('default/orders-role')).toEqual({ role: 'twin' });
  });

  test('says of a zone that does not answer that it could not be told', async () => {
    const zones = await runningAtHome();
    zones.wire.down.add('az-a');
    expect(await fence(zones)).toMatchObject({ fence: { outcome: 'unreachable' }, complete: false });
  });

  test('is complete where everything is stopped already', async () => {
    const zones = await runningAtHome();
    claimBy(zones, escapeId, 2);
    await fence(zones);
    zones.wire.requests.length = 0;
    expect(await fence(zones)).toMatchObject({ complete: true });
    expect(zones.wire.to('az-a', 'patch')).toEqual([]);
  });

  test.each([
    ['another escape', (zones: FakeZones) => claimBy(zones, 'az-a-INC-2', 2)],
    ['a later epoch of another', (zones: FakeZones) => claimBy(zones, 'az-a-INC-2', 3)],
  ])('leaves a job that %s holds', async (_, claim) => {
    const zones = await runningAtHome();
    claim(zones);
    await fence(zones);
    expect(stateOf(zones)).toBe('running');
  });

  test('leaves a copy that was moved back since', async () => {
    const zones = await runningAtHome();
    await zones.place('az-a', buildDeployment({ tier: 'P0', annotations: { [annotations.epoch]: '3' } }));
    await fence(zones);
    expect(stateOf(zones)).toBe('running');
  });

  test('leaves a hot standby that runs in the lost zone', async () => {
    const zones = await runningAtHome();
    zones.cluster('az-a').deployments.clear();
    await zones.place('az-a', buildStandby({ role: 'twin' }));
    expect(await fence(zones)).toMatchObject({ complete: true });
    expect(zones.wire.to('az-a', 'patch')).toEqual([]);
  });

  test('waits for claims no longer than its deadline', async () => {
    const zones = await runningAtHome();
    const beganMs = zones.clock.now();
    expect(await fence(zones, 'pending')).toMatchObject({ complete: false });
    expect(zones.clock.now() - beganMs).toBe(2_000);
    expect(stateOf(zones, payments)).toBe('running');
  });

  test('waits, while claims are pending, for those that come yet', async () => {
    const zones = await runningAtHome();
    void zones.clock.sleep(500).then(() => {
      const claim = JSON.stringify({ owner: escapeId, zone: 'az-b', at: '' });
      zones.store('az-b').write('epochs/default/payments/2', new TextEncoder().encode(claim));
    });
    expect(await fence(zones, 'pending')).toMatchObject({ fence: { outcome: 'fenced' }, complete: true });
    expect(stateOf(zones, payments)).toBe('suspended');
  });

  test('is not complete while the zone that took the jobs does not answer', async () => {
    const zones = await runningAtHome();
    zones.wire.fail('az-b store read epochs/', 'Unreachable', { times: Infinity });
    expect(await fence(zones)).toMatchObject({ complete: false });
    expect(stateOf(zones)).toBe('running');
  });

  test('stops a job of which a third zone knows that it went on from the zone that took it', async () => {
    const zones = await runningAtHome(
      buildConfig([buildZone('az-a', ['az-b']), buildZone('az-b', ['az-a', 'az-c']), buildZone('az-c', ['az-b'])]),
    );
    zones.wire.fail('az-b store read epochs/', 'Unreachable', { times: Infinity });
    claimBy(zones, 'az-b-INC-2', 3, 'az-c');
    await fence(zones);
    expect(stateOf(zones)).toBe('suspended');
  });
});
