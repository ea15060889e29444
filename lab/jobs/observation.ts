/** What a sample job says of itself, worked out from the metrics of its subtasks. Pure. */

/** A sample job at one moment. Numbers are those of its sequence 0, 1, 2, …; see `java/` for how it counts. */
export interface SampleJobObservation {
  /** Highest number in the snapshot it started from, over all subtasks; -1 if it started from none. */
  restoredSequence: number;
  /** First number counted since; -1 before it. After an exact restore it is `restoredSequence + 1`. */
  firstSequence: number;
  /** Last number counted; -1 before it. */
  lastSequence: number;
  /** Numbers whose count was wrong: more than 0 means that state was lost, repeated or mixed up. */
  violations: number;
  /** `changing` while some subtasks have read the new role and others not yet. */
  role: 'active' | 'twin' | 'changing';
  /** Records written and records kept silent since the start. */
  emitted: number;
  silenced: number;
}

/** One metric as Flink's REST API lists it for a vertex: `<subtask>.<operator>.<name>` and a value as text. */
export interface VertexMetric {
  id: string;
  value?: string;
}

/** The metrics that the program registers. */
const sampleJobMetricNames = [
  'labRestoredSequence',
  'labFirstSequence',
  'labLastSequence',
  'labViolations',
  'labRole',
  'labEmitted',
  'labSilenced',
] as const;
type MetricName = (typeof sampleJobMetricNames)[number];

/** Subtask and name of one of the program's metrics; undefined for any other id. */
export function parseMetricId(id: string): { subtask: number; name: MetricName } | undefined {
  const match = /^(\d+)\.(?:.*\.)?(lab[A-Za-z]+)$/.exec(id);
  const name = sampleJobMetricNames.find((known) => known === match?.[2]);
  return name === undefined ? undefined : { subtask: Number(match![1]), name };
}

/**
 * Puts the subtasks' metrics together.
 * @param parallelism subtasks of the vertex.
 * @returns undefined unless every subtask has told every metric: a sum over some of them would look like an answer.
 */
export function aggregateSampleJobMetrics(
  metrics: readonly VertexMetric[],
  parallelism: number,
): SampleJobObservation | undefined {
  const values = valuesBySubtask(metrics);
  const of = (name: MetricName) => [...values.get(name)!.values()];
  const complete = sampleJobMetricNames.every((name) => {
    const subtasks = values.get(name);
    return subtasks !== undefined && Array.from({ length: parallelism }).every((_, index) => subtasks.has(index));
  });
  if (!complete || parallelism < 1) return undefined;
  const firsts = of('labFirstSequence').filter((sequence) => sequence >= 0);
  return {
    restoredSequence: Math.max(...of('labRestoredSequence')),
    firstSequence: firsts.length > 0 ? Math.min(...firsts) : -1,
    lastSequence: Math.max(...of('labLastSequence')),
    violations: sum(of('labViolations')),
    role: commonRole(of('labRole')),
    emitted: sum(of('labEmitted')),
    silenced: sum(of('labSilenced')),
  };
}

function valuesBySubtask(metrics: readonly VertexMetric[]): Map<MetricName, Map<number, number>> {
  const values = new Map<MetricName, Map<number, number>>();
  for (const { id, value } of metrics) {
    const parsed = parseMetricId(id);
    const number = value === undefined || value.trim() === '' ? NaN : Number(value);
    if (parsed === undefined || !Number.isFinite(number)) continue;
    const subtasks = values.get(parsed.name) ?? new Map<number, number>();
    values.set(parsed.name, subtasks.set(parsed.subtask, number));
  }
  return values;
}

function commonRole(roles: readonly number[]): SampleJobObservation['role'] {
  if (roles.every((role) => role === 1)) return 'active';
  return roles.every((role) => role === 0) ? 'twin' : 'changing';
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
