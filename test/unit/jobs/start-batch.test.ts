/** Starting the jobs of a batch side by side: the trouble of one is its own line, that of the peer is everybody's. */
import { expect, test } from 'vitest';
import { annotations } from '../../../model/job/marks.ts';
import { buildConfig } from '../../builders/config.ts';
import { buildStandby } from '../../builders/deployment.ts';
import { buildPlannedJob } from '../../builders/escape.ts';
import { layPlan } from '../../builders/plan.ts';
import { buildManifest, layRecoveryPoint } from '../../builders/recovery-point.ts';
import { FakeZones } from '../../fakes/fake-zones.ts';
import { repeatedAfterEachKill } from '../../fakes/repeated-after-each-kill.ts';
import { startWave } from './verbs.ts';

/** A plan of so many jobs, job-0 and on, each with its standby and recovery point. */
async function planned(count: number): Promise<{ zones: FakeZones }> {
  const zones = new FakeZones(buildConfig());
  const jobs = [];
  for (let index = 0; index < count; index += 1) {
    const job = { namespace: 'default', name: `job-${index}` };
    const recoveryPoint = layRecoveryPoint(zones.store('az-b'), buildManifest({ job }));
    await zones.place('az-b', buildStandby({ ...job, annotations: { [annotations.recoveryPoint]: recoveryPoint } }));
    jobs.push(buildPlannedJob({ ...job, recoveryPoint }));
  }
  layPlan(zones.store('az-b'), jobs);
  return { zones };
}

const namesOf = (jobs: readonly { name: string }[]) => jobs.map(({ name }) => name);

test('all of them are started, in the order of the plan', async () => {
  const { zones } = await planned(20);
  const { started, ended } = await startWave(zones, 20);
  expect(namesOf(started)).toEqual(Array.from({ length: 20 }, (_, index) => `job-${index}`));
  expect(ended).toEqual([]);
  expect(zones.operator('az-b').starts).toHaveLength(20);
});

test('one that an operator took out is left, and nothing is asked for it', async () => {
  const { zones } = await planned(3);
  const skipped = [{ job: 'default/job-1', by: 'ada' }];
  const { started, ended } = await startWave(zones, 3, skipped);
  expect(namesOf(started)).toEqual(['job-0', 'job-2']);
  expect(ended).toMatchObject([{ name: 'job-1', outcome: 'left' }]);
  expect(zones.wire.requests.filter((line) => line.includes('job-1'))).toEqual([]);
});

test('one that may not be started fails by itself', async () => {
  const { zones } = await planned(3);
  zones.wire.fail('patch default/job-1', 'Unauthorized');
  const { started, ended } = await startWave(zones, 3);
  expect(namesOf(started)).toEqual(['job-0', 'job-2']);
  expect(ended).toMatchObject([{ name: 'job-1', outcome: 'failed' }]);
});

test('one whose request is refused for a moment is tried again, and takes effect once', async () => {
  const { zones } = await planned(3);
  zones.wire.fail('createIfAbsent epochs/default/job-1', 'Throttled', { times: 2 });
  zones.wire.fail('patch default/job-2', 'Unreachable', { effect: 'takes effect' });
  const { started } = await startWave(zones, 3);
  expect(namesOf(started)).toHaveLength(3);
  expect(zones.operator('az-b').starts).toHaveLength(3);
});

test('a peer that refuses for longer ends the call, so that Temporal repeats it', async () => {
  const { zones } = await planned(2);
  zones.wire.fail('az-b store createIfAbsent', 'Unavailable', { times: Infinity });
  await expect(startWave(zones, 2)).rejects.toMatchObject({ failureClass: 'Unavailable' });
});

test('each is started once, wherever the worker dies', async () => {
  await repeatedAfterEachKill(
    () => planned(2),
    ({ zones }) => startWave(zones, 2),
    ({ started }, { zones }) => {
      expect(namesOf(started)).toEqual(['job-0', 'job-1']);
      expect(zones.operator('az-b').starts).toHaveLength(2);
    },
  );
});
