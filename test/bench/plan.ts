/**
 * How long deciding takes: the same plan for a tenth of the jobs and for all of them, without and with the room of a
 * zone of half as many nodes. Cost per job should stay flat without room; with room each job looks at every node.
 */
import type { RoomSeen } from '../../model/capacity/zone-room.ts';
import type { EscapeAssessment } from '../../model/move/plan-types.ts';
import { planEscape } from '../../model/move/plan.ts';
import type { FlinkDeployment } from '../../model/job/flink-deployment.ts';
import { annotations, labels } from '../../model/job/marks.ts';
import { tiers } from '../../model/job/tier.ts';
import { timed, withRatios, type BenchRow } from './row.ts';

/** TaskManagers of a job, of about two cores each. */
const taskManagers = 20;

/** P3 jobs that run in the peer zone, for each ten jobs that escape; of five pods each. */
const runningPerTen = 2;

/** Plans for a tenth of the jobs and for all, without room, then with it, then with P3 jobs that may have to end. */
export async function benchPlan(jobs: number): Promise<BenchRow[]> {
  const rows = [];
  const sizes = [Math.max(1, Math.round(jobs / 10)), jobs];
  for (const kind of ['alone', 'room', 'pre-emption']) {
    for (const n of sizes) {
      const nodes = Math.max(1, Math.round(n / 2));
      const running = kind === 'pre-emption' ? runningOf(Math.round((n * runningPerTen) / 10)) : [];
      const withRoom = kind !== 'alone';
      const input = { ...assessment(n), running, ...(withRoom ? { room: roomOf(nodes, running), schedule } : {}) };
      const { result, seconds, cpuSeconds, rssMb } = await timed(async () => planEscape(input));
      const room = withRoom ? ` on ${nodes} nodes, ${result.left.length} left` : '';
      const ended = running.length === 0 ? '' : `, ${result.preempted.length} of ${running.length} P3 there end`;
      rows.push({ what: `plan of ${n} jobs${room}${ended}`, n, bytes: null, seconds, cpuSeconds, rssMb });
    }
  }
  return withRatios(rows);
}

const schedule = {
  startsPerSecond: 20,
  timeToRunSeconds: 60,
  batchSize: 100,
  elapsedSeconds: 0,
  budgetSeconds: 600,
} as const;

/** P3 jobs as they run in the peer zone. */
function runningOf(count: number): FlinkDeployment[] {
  return Array.from({ length: count }, (_, index) => ({
    apiVersion: 'flink.apache.org/v1beta1',
    kind: 'FlinkDeployment',
    metadata: {
      name: `running-${index}`,
      namespace: 'default',
      labels: { [labels.tier]: 'P3' },
      annotations: { [annotations.weight]: String(index % 3) },
    },
    spec: { job: { parallelism: 4, state: 'running' } },
  }));
}

/** Nodes of 64 cores with six pods each, and five pods of each running job; too little for the last jobs. */
function roomOf(count: number, running: readonly FlinkDeployment[]): RoomSeen {
  const names = Array.from({ length: count }, (_, index) => `node-${index}`);
  return {
    quotas: null,
    nodes: {
      nodes: names.map((name) => ({
        name,
        cpuMillis: 64_000,
        memoryBytes: 256 * 2 ** 30,
        pods: 110,
        labels: {},
        taints: [],
        schedulable: true,
      })),
      pods: [
        ...names.flatMap((node, index) =>
          Array.from({ length: 6 }, () => ({
            node,
            cpuMillis: 250 * (index % 5),
            memoryBytes: 2 ** 30,
            priority: 0,
          })),
        ),
        ...running.flatMap(({ metadata }, index) =>
          Array.from({ length: 5 }, (_, nth) => ({
            node: names[(index * 5 + nth) % count]!,
            cpuMillis: 8_000,
            memoryBytes: 32 * 2 ** 30,
            priority: 0,
            job: `default/${metadata.name}`,
          })),
        ),
      ],
    },
  };
}

function assessment(n: number): EscapeAssessment {
  return {
    escapeId: 'bench',
    zone: 'az-a',
    lost: ['az-a'],
    to: 'az-b',
    now: '2026-01-01T00:00:00.000Z',
    defaultStore: 's3',
    newestEpochs: Object.fromEntries(
      Array.from({ length: n }, (_, index) => [`default/job-${index}`, 1 + (index % 7)]),
    ),
    scope: {},
    candidates: Array.from({ length: n }, (_, index) => ({
      apiVersion: 'flink.apache.org/v1beta1',
      kind: 'FlinkDeployment',
      metadata: {
        name: `job-${index}`,
        namespace: 'default',
        labels: { [labels.tier]: tiers[index % 4]!, [labels.role]: 'standby' },
        annotations: {
          [annotations.activeZone]: 'az-a',
          [annotations.epoch]: '1',
          // A job of the same tier feeds it, in chains of five.
          ...(index % 20 < 16 ? { [annotations.upstream]: `default/job-${index + 4}` } : {}),
        },
      },
      spec: {
        job: { parallelism: taskManagers },
        taskManager: { resource: { cpu: 2 - (index % 3) / 4, memory: '4g' } },
      },
    })),
  };
}
