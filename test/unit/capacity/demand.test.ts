import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { costOf, demandOf } from '../../../model/capacity/demand.ts';
import { NodeRoom } from '../../../model/capacity/node-room.ts';
import type { JobDemand } from '../../../model/capacity/types.ts';
import type { FlinkDeploymentSpec } from '../../../model/job/flink-deployment.ts';
import { node } from '../../builders/room.ts';

const mebi = 2 ** 20;

function known(spec: FlinkDeploymentSpec): JobDemand {
  const demand = demandOf(spec);
  if ('unknown' in demand) throw new Error(demand.unknown);
  return demand;
}

function shapes(spec: FlinkDeploymentSpec): unknown[] {
  return known(spec).shapes.map(({ component, count, cpuMillis, memoryBytes }) => [
    component,
    count,
    cpuMillis,
    memoryBytes / mebi,
  ]);
}

describe('the demand of a job', () => {
  test('is one JobManager and as many TaskManagers as its slots need', () => {
    const spec = {
      flinkConfiguration: { 'taskmanager.numberOfTaskSlots': '4' },
      jobManager: { resource: { cpu: 0.5, memory: '1g' } },
      taskManager: { resource: { cpu: 2, memory: '2048m' } },
      job: { parallelism: 9 },
    };
    expect(shapes(spec)).toEqual([
      ['JobManager', 1, 500, 1024],
      ['TaskManager', 3, 2000, 2048],
    ]);
    expect(known(spec)).toMatchObject({ pods: 4, cpuMillis: 6500, memoryBytes: (1024 + 3 * 2048) * mebi });
  });

  test('has the defaults of operator and Flink where nothing is said', () => {
    expect(shapes({})).toEqual([
      ['JobManager', 1, 1000, 1600],
      ['TaskManager', 1, 1000, 1728],
    ]);
    const settings = { 'taskmanager.numberOfTaskSlots': '3', 'parallelism.default': '7' };
    expect(shapes({ flinkConfiguration: settings })[1]).toEqual(['TaskManager', 3, 3000, 1728]);
  });

  test('takes amounts from the settings of Flink, and those of the spec before them', () => {
    const flinkConfiguration = {
      'kubernetes.jobmanager.cpu': '0.25',
      'kubernetes.taskmanager.cpu.amount': '1.5',
      'jobmanager.memory.process.size': '800m',
      'taskmanager.memory.process.size': '4g',
    };
    expect(shapes({ flinkConfiguration, taskManager: { resource: { memory: '5Gi' } } })).toEqual([
      ['JobManager', 1, 250, 800],
      ['TaskManager', 1, 1500, 5120],
    ]);
  });

  test('heeds replicas before the parallelism', () => {
    const spec = { jobManager: { replicas: 2 }, taskManager: { replicas: 5 }, job: { parallelism: 99 } };
    expect(known(spec)).toMatchObject({ pods: 7 });
  });

  test('counts other containers of the pod template, and not what it says of Flink itself', () => {
    const requests = (cpu: string, memory: string) => ({ resources: { requests: { cpu, memory } } });
    const spec = {
      podTemplate: {
        spec: {
          containers: [
            { name: 'flink-main-container', ...requests('64', '1Ti') },
            { name: 'logs', ...requests('100m', '100Mi') },
          ],
          nodeSelector: { pool: 'flink' },
          tolerations: [{ key: 'flink', operator: 'Exists' }],
          priorityClassName: 'urgent',
        },
      },
      taskManager: {
        podTemplate: {
          spec: {
            containers: [{ name: 'logs', resources: { limits: { cpu: '200m', memory: '200Mi' } } }],
            initContainers: [
              { name: 'fetch', ...requests('50m', '9Gi') },
              { name: 'mesh', restartPolicy: 'Always', ...requests('50m', '28Mi') },
            ],
          },
        },
      },
    };
    expect(shapes(spec)).toEqual([
      ['JobManager', 1, 1100, 1700],
      ['TaskManager', 1, 1250, 9216],
    ]);
    expect(known(spec).priorityClass).toBe('urgent');
    for (const { nodeSelector, tolerations } of known(spec).shapes) {
      expect({ nodeSelector, tolerations }).toEqual({
        nodeSelector: { pool: 'flink' },
        tolerations: [{ key: 'flink', operator: 'Exists' }],
      });
    }
  });

  test.each<[string, FlinkDeploymentSpec]>([
    ['numberOfTaskSlots', { flinkConfiguration: { 'taskmanager.numberOfTaskSlots': 'many' } }],
    ['parallelism', { job: { parallelism: -3 } }],
    ['memory of its TaskManager', { taskManager: { resource: { memory: 'much' } } }],
    ['CPU of its JobManager', { jobManager: { resource: { cpu: 'much' } } }],
    ['memory of its TaskManager', { flinkConfiguration: { 'taskmanager.memory.flink.size': '1g' } }],
    [
      'pod template of its JobManager',
      { podTemplate: { spec: { containers: [{ name: 'a', resources: { requests: { cpu: '?' } } }] } } },
    ],
  ])('is not guessed: %s', (word, spec) => {
    expect(demandOf(spec)).toEqual({ unknown: expect.stringContaining(word) as string });
  });
});

test('no shape that a user may write ends the plan, nor is a demand ever less than nothing', () => {
  const odd = fc.oneof(fc.jsonValue(), fc.constantFrom<unknown>(null, '', '1', '500m', '2g', 0, -1, [], {}, [null]));
  const template = fc.record(
    {
      containers: fc.oneof(odd, fc.array(fc.record({ name: odd, resources: fc.record({ requests: odd }) }))),
      initContainers: fc.oneof(odd, fc.array(odd)),
      nodeSelector: odd,
      tolerations: fc.oneof(odd, fc.array(odd)),
      priorityClassName: odd,
    },
    { requiredKeys: [] },
  );
  const component = fc.oneof(
    odd,
    fc.record(
      {
        resource: fc.oneof(odd, fc.record({ cpu: odd, memory: odd })),
        replicas: odd,
        podTemplate: fc.record({ spec: template }),
      },
      { requiredKeys: [] },
    ),
  );
  const specs = fc.record(
    {
      jobManager: component,
      taskManager: component,
      podTemplate: fc.oneof(odd, fc.record({ spec: template })),
      job: fc.oneof(odd, fc.record({ parallelism: odd })),
      flinkConfiguration: fc.oneof(odd, fc.record({ 'taskmanager.numberOfTaskSlots': odd })),
    },
    { requiredKeys: [] },
  );
  let known = 0;
  fc.assert(
    fc.property(specs, (spec) => {
      const demand = demandOf(spec as FlinkDeploymentSpec);
      if ('unknown' in demand) return;
      known += 1;
      for (const shape of demand.shapes) {
        expect(shape.count).toBeGreaterThan(0);
        expect(shape.cpuMillis).toBeGreaterThanOrEqual(0);
        expect(shape.memoryBytes).toBeGreaterThanOrEqual(0);
      }
      new NodeRoom([node('a', 4000, 8, { taints: [{ key: 'x', effect: 'NoSchedule' }] })], []).take(demand.shapes);
    }),
    { numRuns: 2000 },
  );
  expect(known).toBeGreaterThan(20);
});

test('a core and 4 GiB cost alike', () => {
  expect(costOf({ cpuMillis: 1000, memoryBytes: 0 })).toBe(costOf({ cpuMillis: 0, memoryBytes: 2 ** 32 }));
});
