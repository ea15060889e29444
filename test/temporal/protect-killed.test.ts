/** A worker that is killed amid a round of protection: Temporal repeats the round, and what was kept before stays good. */
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { damageOf } from '../../jobs/recovery-points/recovery-points.ts';
import { annotations } from '../../model/job/marks.ts';
import type { ProtectMode } from '../../model/job/mode.ts';
import { storeKeys } from '../../model/store-keys.ts';
import { protectZone } from '../../client/client.ts';
import { fleetOf, protectAll, userDeployment } from '../simulation/harness/fleet.ts';
import { startMortalWorker } from './harness/mortal-worker.ts';
import { recoveryPointsOf } from '../simulation/harness/recovery-points.ts';
import { Scenario } from './harness/scenario.ts';
import { startServer } from './harness/server.ts';
import { waitUntil } from '../simulation/harness/wait-until.ts';

let env: TestWorkflowEnvironment;
beforeAll(async () => {
  env = await startServer();
});
afterAll(() => env.teardown());

interface Moment {
  mode: ProtectMode;
  when: string;
  kind: string;
  object: RegExp;
  nth: number;
  /** A manifest of the round lies in the store when the worker dies. */
  kept: boolean;
  /** The JobManager is started again meanwhile, and knows the trigger no more. */
  failover?: boolean;
}

const atStandby = { kind: 'kubernetes apply', object: /p1-0/, nth: 1, kept: true };
const atManifest = { kind: 'store put', object: /manifest\.json$/, nth: 1, kept: true };

/** Five files are to be shipped. */
const moments: Moment[] = [
  { mode: 'ship', when: 'before the files', kind: 'store read', object: /chk-\d+\/_metadata$/, nth: 1, kept: false },
  { mode: 'ship', when: 'at the first file', kind: 'store writeStream', object: /./, nth: 1, kept: false },
  { mode: 'ship', when: 'between files', kind: 'store writeStream', object: /./, nth: 3, kept: false },
  { mode: 'ship', when: 'after the last file', kind: 'store writeStream', object: /./, nth: 5, kept: false },
  { mode: 'ship', when: 'before the manifest', kind: 'store put', object: /\/_metadata$/, nth: 1, kept: false },
  { mode: 'ship', when: 'at the manifest', ...atManifest },
  { mode: 'ship', when: 'at the standby', ...atStandby },
  { mode: 'savepoint', when: 'at the trigger', kind: 'flink triggerSavepoint', object: /./, nth: 1, kept: false },
  {
    mode: 'savepoint',
    when: 'before the manifest, with the JobManager',
    kind: 'store read',
    object: /snapshots\/.*_metadata$/,
    nth: 1,
    kept: false,
    failover: true,
  },
  { mode: 'savepoint', when: 'at the manifest', ...atManifest },
];

/** A job with a recovery point by savepoint and one by shipment, and a checkpoint that shares no file with that one. */
async function staged(name: string, mode: ProtectMode): Promise<Scenario> {
  const [job] = fleetOf({ P1: 1 });
  const scenario = await new Scenario(env, name).withProtected([job!]);
  const { world, home } = scenario;
  const run = world.operator(home).runs.get('default/p1-0')!;
  const newest = () => run.checkpointsAt(world.now()).latestCompleted?.id ?? 0;
  const setMode = async (to: ProtectMode) => {
    const object = userDeployment(job!, 'P1');
    object.metadata.annotations = { [annotations.mode]: to };
    await world.cluster(home).applyDeployment(object);
  };
  world.checkpoints.jobs.add('default/p1-0');
  await setMode('ship');
  await waitUntil('a checkpoint to ship', () => newest() > 0);
  await protectAll(world, home, [job!], 'shipped');
  const shipped = newest();
  await waitUntil('a checkpoint of new files', () => newest() >= shipped + 5);
  const frozen = run.checkpointsAt(world.now());
  run.checkpointsAt = () => frozen;
  await setMode(mode);
  world.ledger.clear();
  return scenario;
}

/** Every recovery point is whole, and the standby names one of them. */
async function expectIntact(scenario: Scenario, count: number): Promise<void> {
  const { world, peer } = scenario;
  const manifests = recoveryPointsOf(scenario, 'p1-0');
  expect(manifests).toHaveLength(count);
  for (const manifest of manifests) expect(await damageOf(world.store(peer), manifest), manifest.id).toBeUndefined();
  const standby = world.cluster(peer).deployments.get('default/p1-0')!;
  const named = standby.metadata.annotations![annotations.recoveryPoint]!;
  expect(manifests.some(({ id }) => named.includes(id))).toBe(true);
}

describe.concurrent('a round of protection whose worker is killed', () => {
  test.each(moments)('in mode $mode $when ends as if undisturbed', async (moment) => {
    const { mode, when, kind, object, nth, kept, failover } = moment;
    const scenario = await staged(`round-killed-${mode}-${when.replace(/\W+/g, '-')}`, mode);
    const { world, home, peer } = scenario;
    const store = world.store(peer);
    await expectIntact(scenario, 2);
    const { mortal, bury } = await startMortalWorker(env, scenario);
    mortal.killAt(nth, (entry) => entry.kind === kind && object.test(entry.object));
    try {
      const round = protectZone(scenario.client, scenario.config, { zone: home }, () => {});
      await waitUntil(`the worker is killed ${when}`, () => mortal.dead);
      const arrived = () => recoveryPointsOf(scenario, 'p1-0').length;
      await waitUntil('the last write has arrived', () => arrived() === (kept ? 3 : 2));
      await expectIntact(scenario, kept ? 3 : 2);
      if (failover) world.savepoints.forgetAll();

      // The next look at the job is of the repeated round.
      let there: ReadonlySet<string> | undefined;
      const written: string[] = [];
      world.ledger.onNote(({ kind: what, object: key }) => {
        if (what === 'flink jobs') there ??= new Set(store.objects.keys());
        if (what === 'store writeStream' && there) written.push(key);
      });
      const { summary } = await scenario.whileWorking(() => round);

      expect(summary).toMatchObject({ protected: 1, failed: 0, refused: 0 });
      await expectIntact(scenario, 3);
      expect(recoveryPointsOf(scenario, 'p1-0').at(-1)!.mode).toBe(mode);
      expect(
        written.filter((key) => there!.has(key)),
        'what had arrived is not sent again',
      ).toEqual([]);
      if (mode === 'ship') expect(written.length).toBeLessThanOrEqual(5 - (kind === 'store writeStream' ? nth : 0));
      expect(world.savepoints.triggered).toHaveLength(mode === 'savepoint' ? 2 : 1);
      expect(store.keys(storeKeys.makingPrefix({ namespace: 'default', name: 'p1-0' }))).toEqual([]);
    } finally {
      await bury();
    }
  });
});
