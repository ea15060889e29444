import { describe, expect, it } from 'vitest';
import { aggregateSampleJobMetrics, parseMetricId, type VertexMetric } from '../../../lab/jobs/observation.ts';
import { observeBy } from '../../../lab/jobs/observe.ts';

interface SubtaskValues {
  restored: number;
  first: number;
  last: number;
  violations: number;
  role: number;
  emitted: number;
  silenced: number;
}
const healthy: SubtaskValues = {
  restored: 99,
  first: 100,
  last: 140,
  violations: 0,
  role: 1,
  emitted: 20,
  silenced: 0,
};

function metricsOf(subtasks: readonly Partial<SubtaskValues>[]): VertexMetric[] {
  return subtasks.flatMap((given, index) => {
    const values = { ...healthy, ...given };
    return [
      { id: `${index}.lab-count.labRestoredSequence`, value: String(values.restored) },
      { id: `${index}.lab-count.labFirstSequence`, value: String(values.first) },
      { id: `${index}.lab-count.labLastSequence`, value: String(values.last) },
      { id: `${index}.lab-count.labViolations`, value: String(values.violations) },
      { id: `${index}.lab-sink__Writer.labRole`, value: String(values.role) },
      { id: `${index}.lab-sink__Writer.labEmitted`, value: String(values.emitted) },
      { id: `${index}.lab-sink__Writer.labSilenced`, value: String(values.silenced) },
      { id: `${index}.lab-count.numRecordsIn`, value: '7' },
    ];
  });
}

describe('aggregateSampleJobMetrics', () => {
  it('takes the earliest first, the latest last, and sums what is counted', () => {
    const observed = aggregateSampleJobMetrics(
      metricsOf([
        { first: 101, last: 138, violations: 1 },
        { last: 141, emitted: 30 },
      ]),
      2,
    );
    expect(observed).toEqual({
      restoredSequence: 99,
      firstSequence: 100,
      lastSequence: 141,
      violations: 1,
      role: 'active',
      emitted: 50,
      silenced: 0,
    });
  });

  it('does not take a subtask that has counted nothing yet for one that started at -1', () => {
    const idle = { first: -1, last: -1 };
    expect(aggregateSampleJobMetrics(metricsOf([idle, {}]), 2)?.firstSequence).toBe(100);
    expect(aggregateSampleJobMetrics(metricsOf([idle, idle]), 2)).toMatchObject({
      firstSequence: -1,
      lastSequence: -1,
    });
  });

  it('tells a fresh start from a restore', () => {
    expect(aggregateSampleJobMetrics(metricsOf([{ restored: -1 }]), 1)?.restoredSequence).toBe(-1);
  });

  it.each([
    [[1, 1], 'active'],
    [[0, 0], 'twin'],
    [[0, 1], 'changing'],
  ] as const)('names the role of subtasks that say %j: %s', (roles, expected) => {
    expect(aggregateSampleJobMetrics(metricsOf(roles.map((role) => ({ role }))), 2)?.role).toBe(expected);
  });

  it('gives nothing while a subtask is silent', () => {
    expect(aggregateSampleJobMetrics(metricsOf([{}]), 2)).toBeUndefined();
    expect(aggregateSampleJobMetrics([], 0)).toBeUndefined();
  });

  it.each(['', ' ', 'NaN', 'n/a', undefined])('gives nothing while a value is %j', (value) => {
    const { value: _, ...withoutValue } = metricsOf([{}])[3]!;
    const metrics = metricsOf([{}]).with(3, value === undefined ? withoutValue : { ...withoutValue, value });
    expect(aggregateSampleJobMetrics(metrics, 1)).toBeUndefined();
  });
});

describe('parseMetricId', () => {
  it('reads the subtask and the name, whatever the operator is called', () => {
    expect(parseMetricId('12.lab-sink__Writer.labRole')).toEqual({ subtask: 12, name: 'labRole' });
    expect(parseMetricId('0.my.dotted.operator.labViolations')).toEqual({ subtask: 0, name: 'labViolations' });
  });

  it.each(['labRole', 'x.lab-sink.labRole', '0.lab-sink.labRoles', '0.lab-sink.numRecordsOut'])('refuses %s', (id) => {
    expect(parseMetricId(id)).toBeUndefined();
  });
});

describe('observeBy', () => {
  const jobId = 'a'.repeat(32);
  const metrics = metricsOf([{}, {}]);
  const answers: Record<string, unknown> = {
    '/jobs': { jobs: [{ id: jobId, status: 'RUNNING' }] },
    [`/jobs/${jobId}`]: {
      vertices: [
        { id: 'source', parallelism: 1 },
        { id: 'count', parallelism: 2 },
      ],
    },
    [`/jobs/${jobId}/vertices/source/metrics`]: [{ id: '0.numRecordsOut' }],
    [`/jobs/${jobId}/vertices/count/metrics`]: metrics.map(({ id }) => ({ id })),
  };
  const server = (changes: Record<string, unknown> = {}) => {
    const asked: string[] = [];
    return {
      asked,
      get: async (path: string) => {
        asked.push(path);
        const [resource, ids] = path.split('?get=');
        if (ids !== undefined) return metrics.filter(({ id }) => ids.split(',').map(decodeURIComponent).includes(id));
        return { ...answers, ...changes }[resource!];
      },
    };
  };

  it('finds the vertex that counts and asks it for the program’s metrics alone', async () => {
    const { get, asked } = server();
    expect(await observeBy(get)).toMatchObject({ restoredSequence: 99, emitted: 40, role: 'active' });
    expect(asked.at(-1)).toContain('labRole');
    expect(asked.at(-1)).not.toContain('numRecordsIn');
  });

  it.each([
    ['no job yet', { '/jobs': { jobs: [] } }],
    ['an odd answer', { '/jobs': 'starting' }],
    ['no vertices yet', { [`/jobs/${jobId}`]: {} }],
    ['no metrics yet', { [`/jobs/${jobId}/vertices/count/metrics`]: [] }],
  ])('gives nothing while there is %s', async (_, changes) => {
    expect(await observeBy(server(changes).get)).toBeUndefined();
  });
});
