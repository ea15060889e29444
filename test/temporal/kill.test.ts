import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { jobKey } from '../../model/job/job.ts';
import { storeKeys } from '../../model/store-keys.ts';
import { fleetOf } from '../simulation/harness/fleet.ts';
import { startMortalWorker } from './harness/mortal-worker.ts';
import { lineOf, Scenario } from './harness/scenario.ts';
import { startServer } from './harness/server.ts';
import { waitUntil } from '../simulation/harness/wait-until.ts';
import type { LedgerEntry } from '../../simulation/world/ledger.ts';

let env: TestWorkflowEnvironment;
beforeAll(async () => {
  env = await startServer();
});
afterAll(() => env.teardown());

/** Where in an escape the worker dies: at the nth request of a kind. */
const moments: { name: string; nth: number; matches: (entry: LedgerEntry) => boolean }[] = [
  { name: 'planning', nth: 1, matches: ({ object }) => object.endsWith('/plan.json') },
  {
    name: 'claiming',
    nth: 5,
    matches: ({ kind, object }) => kind === 'store createIfAbsent' && object.startsWith('epochs/'),
  },
  { name: 'starting', nth: 4, matches: ({ kind }) => kind === 'kubernetes patch' },
  { name: 'promoting a twin', nth: 1, matches: ({ kind }) => kind === 'kubernetes poke' },
  { name: 'starting a job anew', nth: 2, matches: ({ kind }) => kind === 'kubernetes delete' },
  { name: 'replacing a twin', nth: 1, matches: ({ kind }) => kind === 'kubernetes delete' },
  { name: 'watching', nth: 10, matches: ({ kind }) => kind === 'flink checkpoints' },
  { name: 'saving results', nth: 1, matches: ({ kind, object }) => kind === 'store put' && /\/batches\//.test(object) },
];

describe.concurrent('an escape whose worker is killed', () => {
  test.each(moments)('while $name ends as if undisturbed', async ({ name, nth, matches }) => {
    const fleet = fleetOf({ P0: 2, P1: 5, P2: 5 });
    const scenario = await new Scenario(env, `killed-${name.replaceAll(' ', '-')}`).withProtected(fleet);
    const { world, home, peer } = scenario;
    world.zone(home).dead = true;
    world.operator(peer).runs.get('default/p0-0')!.fault = 'restart-loop';
    world.operator(peer).faults.set('default/p2-4', 'wrong-path');
    const twinStarts = world.operator(peer).starts.length;
    const { mortal, bury } = await startMortalWorker(env, scenario);
    mortal.killAt(nth, (entry) => entry.zone === peer && matches(entry));
    try {
      const escape = scenario.escape();
      await waitUntil(`the worker is killed while ${name}`, () => mortal.dead);
      const report = scenario.report(await scenario.whileWorking(() => escape));

      expect(report.totals).toMatchObject({ running: 11, left: 0, failed: 1 });
      expect(lineOf(report, 'p2-4').code).toBe('wrong-path-restored');
      const starts = world
        .operator(peer)
        .starts.slice(twinStarts)
        .map(({ job }) => job);
      // p2-4 is started once more, as its first start restored something else.
      const expected = [...fleet.map(jobKey).filter((job) => job !== 'default/p0-1'), 'default/p2-4'];
      expect(starts.toSorted()).toEqual(expected.toSorted());
      for (const job of fleet) {
        const epochs = world.store(peer).keys(storeKeys.epochsPrefix(job));
        expect(epochs).toEqual([storeKeys.epochKey(job, 1), storeKeys.epochKey(job, 2)]);
        const run = world.operator(peer).runs.get(jobKey(job))!;
        expect(lineOf(report, job.name).restoredPath).toBe(run.restoredPath);
      }
    } finally {
      await bury();
    }
  });
});
