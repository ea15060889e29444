/** What the trouble of one job of a batch means for the others. */
import { ProcessMemory } from '../../../adapters/process-memory.ts';
import { setImmediate as settled } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { startBatch } from '../../../activities/escape/start-batch.ts';
import { OutsideFailure } from '../../../adapters/failure.ts';
import type { SnapshotStore } from '../../../adapters/storage/port.ts';
import type { Ports } from '../../../adapters/ports.ts';
import type { EscapePlan, PlannedJob } from '../../../model/move/plan-types.ts';
import { planKey } from '../../../zones/reports/escape-plan.ts';
import { buildMove } from '../../builders/escape.ts';
import { bytesOf } from '../retention/stage-data.ts';
import { twoZones } from '../../simulation/harness/two-zones.ts';

const count = 40;
const { config, home, peer } = twoZones('start-batch');
const move = buildMove({
  id: `${home}-1`,
  zone: home,
  lost: [home],
  peers: [peer],
  incident: '1',
  reachable: { answer: [peer], silent: [] },
});
const planned = (index: number): PlannedJob => ({
  namespace: 'default',
  name: `job-${String(index).padStart(2, '0')}`,
  tier: 'P2',
  wave: 1,
  from: home,
  to: peer,
  kind: 'standby',
  store: 's3',
  recoveryPoint: null,
  epoch: 2,
  demand: null,
});
const jobs = Array.from({ length: count }, (_, index) => planned(index));
const plan = { schema: 2, zone: home, peers: [peer], waves: [{ wave: 1, tier: 'P2', jobs }] } as unknown as EscapePlan;

/** A store that has the plan and no recovery point, and does not answer for some of the jobs. */
function stage(isRefused: (name: string) => boolean) {
  const asked = new Set<string>();
  const ask = async <T>(key: string, answer: T): Promise<T> => {
    const name = /job-\d\d/.exec(key)?.[0];
    if (name) asked.add(name);
    await settled();
    if (name && isRefused(name)) throw new OutsideFailure('Unavailable', 'store', `${name} was refused`);
    return answer;
  };
  const store = {
    description: 'store',
    read: async (key: string) => ask(key, key === planKey(move) ? bytesOf(JSON.stringify(plan)) : undefined),
    stat: async (key: string) => ask(key, undefined),
    children: async (key: string) => ask(key, { directories: [], objects: [] }),
  } as unknown as SnapshotStore;
  const world = {
    config,
    store: () => store,
    log: { info: () => {}, warn: () => {} },
    now: () => 0,
    memory: new ProcessMemory(),
  } as unknown as Ports;
  const pulse = { beat: () => {}, resumed: undefined, signal: new AbortController().signal, sleep: async () => {} };
  const start = () => startBatch(world, move, { wave: 1, tier: 'P2', from: 0, to: count, zone: peer }, pulse);
  return { asked, start };
}

test('a job that has no recovery point is a result like the others', async () => {
  const { start } = stage(() => false);
  const { started, ended } = await start();
  expect(started).toEqual([]);
  expect(ended.map(({ name }) => name)).toEqual(jobs.map(({ name }) => name));
  expect(ended.every(({ code }) => code === 'NoRecoveryPoint')).toBe(true);
});

test('a job that is refused again and again ends the call, and every other one is begun all the same', async () => {
  const { asked, start } = stage((name) => name === 'job-03');
  await expect(start()).rejects.toThrow('job-03 was refused');
  await expect.poll(() => asked.size).toBe(count);
});

test('a peer that refuses all is not asked for all', async () => {
  const { asked, start } = stage(() => true);
  await expect(start()).rejects.toThrow('was refused');
  for (let turn = 0; turn < 50; turn++) await settled();
  expect(asked.size).toBeLessThan(count);
});
