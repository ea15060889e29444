import { describe, expect, test } from 'vitest';
import { giveBackTable } from '../../../cli/commands/give-back.ts';
import { plainColours } from '../../../cli/render/colour.ts';
import { dismissPatch } from '../../../model/move/dismiss.ts';
import { madeRoom, planGiveBack, returningObject, returnPatch } from '../../../model/move/give-back.ts';
import { complaintsAboutGiveBackInput } from '../../../model/inputs/give-back-input.ts';
import type { FlinkDeployment } from '../../../model/job/flink-deployment.ts';
import { annotations } from '../../../model/job/marks.ts';
import { mergePatch } from '../../../model/merge-patch.ts';
import { buildDeployment } from '../../builders/deployment.ts';
import { node } from '../../builders/room.ts';

const savepoint = 's3a://b/az-escape/preempted/default/hourly/0a/savepoint-1';

function suspended(name: string, cpu: number | string = 1, weight = '1'): FlinkDeployment {
  return buildDeployment({
    name,
    tier: 'P3',
    labels: { team: 'reports' },
    metadata: { uid: 'u' },
    annotations: {
      note: 'mine',
      [annotations.weight]: weight,
      [annotations.preemptedBy]: 'az-a-INC-1',
      [annotations.comeBackFrom]: savepoint,
    },
    spec: {
      image: 'flink',
      job: { state: 'suspended', parallelism: 1, savepointTriggerNonce: 7, initialSavepointPath: 'old' },
      jobManager: { resource: { cpu: 0.5, memory: '100m' } },
      taskManager: { resource: { cpu, memory: '1g' } },
    },
    status: { jobStatus: { jobId: 'f00' } },
  });
}

test('the object that comes back keeps all that is the job, and nothing of its run', () => {
  const { metadata, spec, status } = returningObject(suspended('hourly'), savepoint) as FlinkDeployment;
  expect(status).toBeUndefined();
  expect(metadata).toEqual({
    namespace: 'default',
    name: 'hourly',
    labels: { team: 'reports', 'az-escape.io/tier': 'P3' },
    annotations: { note: 'mine', [annotations.weight]: '1', [annotations.startedFrom]: savepoint },
  });
  expect(spec).toMatchObject({ image: 'flink' });
  expect(spec.job).toEqual({ state: 'running', parallelism: 1, initialSavepointPath: savepoint });
  expect(returningObject(suspended('hourly'), null).spec.job).toEqual({ state: 'running', parallelism: 1 });
});

test('only a suspended job with the mark of an escape made room', () => {
  const job = suspended('a');
  expect(madeRoom(job)).toBe(true);
  expect(madeRoom({ ...job, spec: { job: { state: 'running' } } })).toBe(false);
  expect(madeRoom({ ...job, metadata: { ...job.metadata, annotations: {} } })).toBe(false);
});

test('room goes to the heaviest first; who has none is told what is missing, and an odd spec is not judged', () => {
  const seen = { nodes: { nodes: [node('n', 3200, 64)], pods: [] }, quotas: null };
  const jobs = [suspended('a'), suspended('b', 1, '5'), suspended('c'), suspended('odd', '?')];
  const { fits, left } = planGiveBack('az-b', jobs, seen);
  expect(fits.map(({ name }) => name)).toEqual(['b', 'a', 'odd']);
  expect(left).toEqual([
    { namespace: 'default', name: 'c', code: 'NoRoom', message: expect.stringMatching(/^no node of az-b/) },
  ]);
});

describe('the input', () => {
  test.each([
    [{ zone: 'az-b', jobs: ['a/b'], dryRun: true }, []],
    [{}, ['"zone" is missing: where jobs made room']],
    [{ zone: 'az-b', job: 'a/b' }, ['"job" is not a field; fields are zone, jobs, dryRun']],
    [{ zone: 'az-b', jobs: ['b'] }, ['"jobs" must be a list of namespace/name']],
    [{ zone: 'az-b', dryRun: 'yes' }, ['"dryRun" must be true or false']],
    [[], ['the input must be a JSON object such as {"zone": "az-b"}']],
  ])('%j', (input, complaints) => {
    expect(complaintsAboutGiveBackInput(input)).toEqual(complaints);
  });
});

test('the table has a line a job', () => {
  const jobs = [
    {
      namespace: 'default',
      name: 'a',
      outcome: 'running',
      code: 'WouldRun',
      message: 'it has room',
      savepoint,
    } as const,
    { namespace: 'default', name: 'b', outcome: 'left', code: 'NoRoom', message: 'no', savepoint: null } as const,
  ];
  expect(giveBackTable({ zone: 'az-b', dryRun: true, jobs }, plainColours).slice(1)).toEqual([
    expect.stringMatching(/^default\/a +would run +s3a:[^;]+$/),
    expect.stringMatching(/^default\/b +left +NoRoom: no/),
  ]);
  expect(giveBackTable({ zone: 'az-b', dryRun: false, jobs: [] }, plainColours)).toEqual([
    'no job of az-b waits for its room',
  ]);
});

describe('the pods of a suspended job', () => {
  const ttl = 'kubernetes.operator.jm-deployment.shutdown-ttl';
  const running = suspended('hourly');
  const withSettings = (flinkConfiguration: Record<string, string>, lifecycleState = 'SUSPENDED'): FlinkDeployment => ({
    ...running,
    spec: { ...running.spec, flinkConfiguration },
    status: { lifecycleState },
  });

  test('are taken away once the operator has suspended it, and only once', () => {
    expect(dismissPatch(withSettings({ a: 'b' }))).toEqual({
      metadata: {},
      spec: { flinkConfiguration: { [ttl]: '0 s' } },
    });
    expect(dismissPatch(withSettings({ a: 'b' }, 'STABLE'))).toBeUndefined();
    expect(dismissPatch(withSettings({ [ttl]: '0 s' }))).toBeUndefined();
  });

  test.each([[{}], [{ [ttl]: '1 h' }]])('its settings come back as they were: %j', (own) => {
    const before = withSettings({ a: 'b', ...own });
    const dismissed = mergePatch(before, dismissPatch(before)) as FlinkDeployment;
    expect(dismissed.spec.flinkConfiguration).toEqual({ a: 'b', [ttl]: '0 s' });
    const anew = returningObject(dismissed, savepoint);
    expect(anew.spec.flinkConfiguration).toEqual({ a: 'b', ...own });
    const resumed = mergePatch(dismissed, returnPatch(dismissed)) as FlinkDeployment;
    expect(resumed.spec.flinkConfiguration).toEqual({ a: 'b', ...own });
    for (const { metadata } of [anew, resumed])
      expect(Object.keys(metadata.annotations!)).not.toContain(annotations.shutdownTtl);
  });
});
