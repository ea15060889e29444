/** Ending a P3 job of the peer to make room: with a savepoint if there is time, and whatever dies meanwhile. */
import { describe, expect, test } from 'vitest';
import { dismissPatch } from '../../../model/move/dismiss.ts';
import { annotations } from '../../../model/job/marks.ts';
import { buildConfig } from '../../builders/config.ts';
import { buildDeployment, type DeploymentParts } from '../../builders/deployment.ts';
import { FakeZones } from '../../fakes/fake-zones.ts';
import { repeatedAfterEachKill } from '../../fakes/repeated-after-each-kill.ts';
import { preempt } from './verbs.ts';

const victim = { namespace: 'default', name: 'reports' };

/** It has run in az-b for a minute. */
async function p3InPeer(parts: DeploymentParts = {}): Promise<{ zones: FakeZones }> {
  const zones = new FakeZones(buildConfig());
  await zones.place('az-b', buildDeployment({ name: victim.name, tier: 'P3', ...parts }));
  zones.clock.nowMs += 60_000;
  return { zones };
}

const marksOf = (zones: FakeZones) => zones.objectIn('az-b', victim)!.metadata.annotations ?? {};
const stateOf = (zones: FakeZones) => zones.objectIn('az-b', victim)?.spec.job?.state;

describe('a P3 job that makes room', () => {
  test('takes a savepoint into its own store, is suspended, and its pods are gone', async () => {
    const { zones } = await p3InPeer();
    const report = await preempt(zones);
    expect(report).toMatchObject({
      outcome: 'suspended',
      message: 'it ended with a savepoint',
      zone: 'az-b',
      makesRoomFor: ['default/orders'],
    });
    expect(report.savepoint).toMatch(/^s3a:\/\/bucket-az-b\/az-escape\/preempted\/default\/reports\//);
    expect(marksOf(zones)).toMatchObject({
      [annotations.preemptedBy]: 'az-a-INC-1',
      [annotations.comeBackFrom]: report.savepoint,
    });
    expect(stateOf(zones)).toBe('suspended');
    expect(await zones.cluster('az-b').listPods(victim)).toEqual([]);
    // It is told once more after it was suspended: the operator leaves the pods of a job that ended by a savepoint.
    expect(dismissPatch(zones.objectIn('az-b', victim)!)).toBeUndefined();
  });

  test.each(['fails', 'hangs', 'lost', 'file-missing', 'metadata-cut'] as const)(
    'whose savepoint %s makes room without one, and the report says why',
    async (fault) => {
      const { zones } = await p3InPeer();
      zones.savepoints.faults.set('default/reports', fault);
      const report = await preempt(zones);
      expect(report).toMatchObject({ outcome: 'suspended', savepoint: null });
      expect(report.message).not.toBe('');
      expect(marksOf(zones)[annotations.comeBackFrom]).toBeUndefined();
    },
  );

  test('is asked for no savepoint once the budget is used up', async () => {
    const { zones } = await p3InPeer();
    zones.clock.nowMs += 600_000;
    expect(await preempt(zones)).toMatchObject({ outcome: 'suspended', savepoint: null });
    expect(zones.savepoints.triggered).toEqual([]);
  });

  test.each([
    ['is gone', undefined],
    ['is of another tier by now', { tier: 'P2' }],
    ['is a standby', { role: 'standby' as const }],
  ])('that %s is left alone', async (_, parts) => {
    const { zones } = await p3InPeer(parts ?? {});
    if (!parts) zones.cluster('az-b').deployments.clear();
    expect(await preempt(zones)).toMatchObject({ outcome: 'left', seconds: null });
    if (parts) expect(stateOf(zones)).toBe('running');
  });

  test('that is raised while its savepoint is taken is left alone', async () => {
    const { zones } = await p3InPeer();
    const raised = buildDeployment({ name: victim.name, tier: 'P1' });
    zones.wire.before('kubernetes patch', () => zones.cluster('az-b').applyDeployment(raised));
    expect(await preempt(zones)).toMatchObject({ outcome: 'left' });
    expect(stateOf(zones)).toBe('running');
  });

  test('whose object the operator writes meanwhile is read again', async () => {
    const { zones } = await p3InPeer();
    zones.wire.fail('kubernetes patch', 'Conflict');
    expect(await preempt(zones)).toMatchObject({ outcome: 'suspended' });
  });

  test('is not suspended any more by a cancelled attempt', async () => {
    const { zones } = await p3InPeer();
    const attempt = new AbortController();
    const cancel = () => attempt.abort(new Error('cancelled'));
    // The second read is the one right before the patch.
    zones.wire.before('kubernetes get', () => zones.wire.before('kubernetes get', cancel));
    await expect(preempt(zones, attempt.signal)).rejects.toThrow('cancelled');
    expect(zones.wire.to('az-b', 'patch')).toEqual([]);
    expect(stateOf(zones)).toBe('running');
  });

  test('that the account may not change fails, and the report says so', async () => {
    const { zones } = await p3InPeer();
    zones.wire.fail('kubernetes patch', 'Unauthorized');
    expect(await preempt(zones)).toMatchObject({ outcome: 'failed' });
    expect(stateOf(zones)).toBe('running');
  });

  test('whose pods never go is waited for no longer than allowed', async () => {
    const { zones } = await p3InPeer();
    zones.cluster('az-b').lingering.add('default/reports');
    const report = await preempt(zones);
    expect(report).toMatchObject({ outcome: 'suspended' });
    expect(report.message).toContain('pods are still there');
  });

  test('is suspended once, with one savepoint, wherever its worker dies', async () => {
    const requests = await repeatedAfterEachKill(
      p3InPeer,
      ({ zones }) => preempt(zones),
      (report, { zones }) => {
        expect(report).toMatchObject({ outcome: 'suspended' });
        expect(report.savepoint).toMatch(/^s3a:/);
        expect(zones.savepoints.triggered).toHaveLength(1);
        expect(marksOf(zones)[annotations.comeBackFrom]).toBe(report.savepoint);
      },
    );
    expect(requests).toBeGreaterThan(8);
  });
});
