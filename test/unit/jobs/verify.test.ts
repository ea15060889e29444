/** Watching a started job: every end is a line of the report, by what Flink itself answers. */
import { describe, expect, test } from 'vitest';
import { startPatch } from '../../../model/move/standby.ts';
import type { RunFault } from '../../../simulation/flink/faults.ts';
import { hotStandbyInPeer, job, standbyInPeer, startedFrom, type Stage } from './stage.ts';
import { verify } from './verbs.ts';

const startDeadlineSeconds = 150;

/** Its standby was told to run a moment ago. */
async function startedInPeer(fault?: RunFault): Promise<Stage> {
  const stage = await standbyInPeer();
  const { zones, manifest } = stage;
  if (fault) zones.operator('az-b').faults.set('default/orders', fault);
  const { restorePath } = manifest;
  await zones.cluster('az-b').patchDeployment(job, startPatch({ to: 'az-b', epoch: 2, restorePath, escapeId: 'e' }));
  zones.wire.requests.length = 0;
  return stage;
}

const secondsPassed = ({ zones }: Stage) => (zones.clock.nowMs - Date.parse('2026-11-21T03:00:00Z')) / 1000;

describe('a started job', () => {
  test('runs once all its tasks do and it took a checkpoint on the right state', async () => {
    const { zones, manifest } = await startedInPeer();
    const report = await verify(zones);
    expect(report).toMatchObject({ outcome: 'running', restoredPath: manifest.restorePath, evidence: [] });
    expect(report.rtoSeconds).toBeGreaterThan(10);
    expect(report.rtoSeconds).toBeLessThan(45);
    expect(report.rpoSeconds).toBe(3_600);
    expect(report.steps.map(({ name }) => name)).toEqual(['restore', 'verify']);
  });

  test('is asked for one checkpoint, which proves it sooner than its interval', async () => {
    const { zones } = await startedInPeer();
    const report = await verify(zones);
    expect(zones.wire.to('az-b', 'flink triggerCheckpoint')).toHaveLength(1);
    expect(report.steps.at(-1)!.seconds).toBeLessThan(5);
  });

  test('that restored something else fails at once', async () => {
    const stage = await startedInPeer('wrong-path');
    const report = await verify(stage.zones);
    expect(report).toMatchObject({ outcome: 'failed', diagnosis: 'wrong-path-restored' });
    expect(report.restoredPath).toBe(`${stage.manifest.restorePath}-of-yesterday`);
    expect(secondsPassed(stage)).toBeLessThan(60);
  });

  test('that fails again and again is given up before its deadline, with the cause', async () => {
    const stage = await startedInPeer('restart-loop');
    const report = await verify(stage.zones);
    expect(report).toMatchObject({ outcome: 'failed', diagnosis: 'restart-loop', rtoSeconds: null });
    expect(report.message).toContain('partition 7');
    expect(secondsPassed(stage)).toBeLessThan(startDeadlineSeconds);
  });

  test('whose snapshot misses a file is given up at once, so that an older one may be tried', async () => {
    const report = await verify((await startedInPeer('file-missing')).zones);
    expect(report).toMatchObject({ outcome: 'failed', diagnosis: 'snapshot-file-missing' });
  });

  test('that is slow is waited for', async () => {
    const stage = await startedInPeer('slow');
    const report = await verify(stage.zones);
    expect(report).toMatchObject({ outcome: 'running' });
    expect(report.rtoSeconds).toBeGreaterThan(45);
  });

  test('whose tasks never run fails at its deadline', async () => {
    const stage = await startedInPeer('never-ready');
    expect(await verify(stage.zones)).toMatchObject({ outcome: 'failed', diagnosis: 'not-ready-in-time' });
    expect(secondsPassed(stage)).toBeGreaterThanOrEqual(startDeadlineSeconds);
  });

  test('whose pods find no room fails at its deadline, as room may be freed until then', async () => {
    const stage = await startedInPeer('no-room');
    expect(await verify(stage.zones)).toMatchObject({ outcome: 'failed', diagnosis: 'unschedulable' });
    expect(secondsPassed(stage)).toBeGreaterThanOrEqual(startDeadlineSeconds);
  });

  test('whose JobManager gives no answer fails at its deadline, and the report says that nothing was seen', async () => {
    const stage = await startedInPeer();
    stage.zones.wire.fail('flink ', 'Unreachable', { times: Infinity });
    expect(await verify(stage.zones)).toMatchObject({ outcome: 'failed', diagnosis: 'job-manager-unreachable' });
  });

  test('of which some looks fail runs all the same', async () => {
    const { zones } = await startedInPeer();
    zones.wire.fail('flink ', 'Throttled', { times: 20 });
    expect(await verify(zones)).toMatchObject({ outcome: 'running' });
  });

  test('that takes no checkpoint within a minute runs, and the report says so', async () => {
    const { zones } = await startedInPeer();
    zones.runIn('az-b', job)!.checkpointTakesMs = 300_000;
    const report = await verify(zones);
    expect(report.outcome).toBe('running');
    expect(report.evidence).toHaveLength(1);
    expect(report.steps.at(-1)!.seconds).toBeGreaterThanOrEqual(60);
  });

  test('keeps the time at which it ran, although the worker that saw it died', async () => {
    const { zones } = await startedInPeer();
    zones.clock.nowMs += 100_000;
    const runningAtMs = Date.parse('2026-11-21T03:00:30Z');
    expect(await verify(zones, {}, { runningAtMs })).toMatchObject({ outcome: 'running', rtoSeconds: 30 });
  });
});

test('a promoted hot standby runs with its newest checkpoint, and nothing of it is restored', async () => {
  const { zones } = await hotStandbyInPeer();
  const startedAt = new Date(zones.clock.nowMs).toISOString();
  const report = await verify(zones, { tier: 'P0', kind: 'twin', restorePath: startedFrom, startedAt });
  expect(report).toMatchObject({ outcome: 'running', restoredPath: startedFrom, rtoSeconds: 180 });
  expect(report.steps.map(({ name }) => name)).toEqual(['verify']);
});
