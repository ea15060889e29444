/** How long deciding takes: the same plan for a tenth of the jobs and for all of them. Cost per job should stay flat. */
import { planEscape, type EscapeAssessment } from '../../model/escape/plan.ts';
import { annotations, labels } from '../../model/kubernetes/marks.ts';
import { tiers } from '../../model/tier.ts';
import { timed, withRatios, type BenchRow } from './row.ts';

/** Plans for a tenth of the jobs, then for all. */
export async function benchPlan(jobs: number): Promise<BenchRow[]> {
  const rows = [];
  for (const n of [Math.max(1, Math.round(jobs / 10)), jobs]) {
    const input = assessment(n);
    const { seconds, cpuSeconds, rssMb } = await timed(async () => planEscape(input));
    rows.push({ what: `plan of ${n} jobs`, n, bytes: null, seconds, cpuSeconds, rssMb });
  }
  return withRatios(rows);
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
        annotations: { [annotations.activeZone]: 'az-a', [annotations.epoch]: '1' },
      },
      spec: {},
    })),
  };
}
