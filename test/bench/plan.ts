/**
 * How long deciding takes: the same plan for a tenth of the jobs and for all of them, without and with the room of a
 * zone of half as many nodes. Cost per job should stay flat without room; with room each job looks at every node.
 */
import type { RoomSeen } from '../../model/capacity/zone-room.ts';
import { planEscape, type EscapeAssessment } from '../../model/escape/plan.ts';
import { annotations, labels } from '../../model/kubernetes/marks.ts';
import { tiers } from '../../model/tier.ts';
import { timed, withRatios, type BenchRow } from './row.ts';

/** TaskManagers of a job, of about two cores each. */
const taskManagers = 20;

/** Plans for a tenth of the jobs and for all, without room, then with it. */
export async function benchPlan(jobs: number): Promise<BenchRow[]> {
  const rows = [];
  const sizes = [Math.max(1, Math.round(jobs / 10)), jobs];
  for (const withRoom of [false, true]) {
    for (const n of sizes) {
      const nodes = Math.max(1, Math.round(n / 2));
      const input = { ...assessment(n), ...(withRoom ? { room: roomOf(nodes), schedule } : {}) };
      const { result, seconds, cpuSeconds, rssMb } = await timed(async () => planEscape(input));
      const room = withRoom ? ` on ${nodes} nodes, ${result.left.length} left` : '';
      rows.push({ what: `plan of ${n} jobs${room}`, n, bytes: null, seconds, cpuSeconds, rssMb });
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

/** Nodes of 64 cores with six pods each; too little for the last jobs. */
function roomOf(count: number): RoomSeen {
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
      pods: names.flatMap((node, index) =>
        Array.from({ length: 6 }, () => ({
          node,
          cpuMillis: 250 * (index % 5),
          memoryBytes: 2 ** 30,
          priority: 0,
        })),
      ),
    },
  };
}

function assessment(n: number): EscapeAssessment {
  return {
    escapeId: 'bench',
    zone: 'az-a',
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
