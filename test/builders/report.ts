/** Reports that look like real ones, the same on every run: for tests and for looking at the page. */
import { assembleReport, type ReportInput } from '../../model/report/assemble.ts';
import type { JobReport, PreemptedReport, Report } from '../../model/report/schema.ts';
import type { Reason } from '../../model/outcome/outcome.ts';
import { tiers } from '../../model/job/tier.ts';

export const sampleStart = '2026-11-21T02:03:04.000Z';
const startMs = Date.parse(sampleStart);

/** A running job; give what should differ. */
export function sampleJob(overrides: Partial<JobReport> = {}): JobReport {
  return {
    namespace: 'payments',
    name: 'orders',
    tier: 'P1',
    cluster: 'az-a',
    wave: 0,
    outcome: 'running',
    code: 'Running',
    message: 'all its tasks run',
    from: 'az-a',
    to: 'az-b',
    epoch: 2,
    store: 's3',
    recoveryPoint: '20261121T020250Z-0a1b2c3d',
    restoredPath: 's3://az-b-snapshots/lab/snapshots/payments/orders/savepoint-0a1b2c-5d6e7f',
    stateAt: '2026-11-21T02:02:50.000Z',
    rpoSeconds: 14,
    rtoSeconds: 48,
    downtimeSeconds: null,
    artifacts: null,
    attempts: [],
    oldCopy: 'unknown',
    overlapSeconds: null,
    steps: [],
    evidence: [],
    ...overrides,
  };
}

/** A job that made room; give what should differ. */
export function samplePreempted(overrides: Partial<PreemptedReport> = {}): PreemptedReport {
  return {
    namespace: 'reports',
    name: 'hourly',
    zone: 'az-b',
    outcome: 'suspended',
    code: 'MadeRoom',
    message: 'it ended with a savepoint',
    savepoint: 's3://az-b-snapshots/az-escape/preempted/reports/hourly/0a1b/savepoint-0a1b2c-5d6e7f',
    seconds: 12,
    makesRoomFor: ['payments/orders'],
    ...overrides,
  };
}

export function sampleInput(overrides: Partial<ReportInput> = {}): ReportInput {
  return {
    id: 'escape-az-a-20261121T020304Z',
    zone: 'az-a',
    to: ['az-b'],
    clusters: ['az-a'],
    incident: 'INC-4711',
    trigger: { by: 'mira@example.com', via: 'az-escape escape' },
    dryRun: false,
    startedAt: sampleStart,
    finishedAt: new Date(startMs + 63_000).toISOString(),
    decidedAt: new Date(startMs + 2_000).toISOString(),
    planAgeSeconds: 0.4,
    budgetSeconds: 600,
    outcome: 'completed',
    warnings: [],
    preempted: [],
    operators: [],
    fence: { outcome: 'unreachable', detail: 'No answer from its Kubernetes within 5 s.' },
    jobs: [],
    ...overrides,
  };
}

const reasons: Reason[] = [
  {
    code: 'operator-rejected',
    message:
      'Flink refused the snapshot: Failed to rollback to checkpoint/savepoint s3://az-b-snapshots/…/savepoint-17: Cannot map checkpoint/savepoint state for operator 7df19f87deec5680128845fd9a6ca18d to the new program, because the operator is not available in the new program.',
  },
  { code: 'unschedulable', message: 'Needs 4 CPU and 8 GiB, az-b has 1.5 CPU and 22 GiB free after all P2 jobs.' },
];
const left: Reason = {
  code: 'NoRecoveryPoint',
  message: 'There is no recovery point in az-b: the job was created 40 s before the loss.',
};
const namespaces = ['payments', 'fraud', 'search', 'ads-reporting', 'telemetry'];
const names = ['orders-enriched', 'clicks-sessionised', 'inventory-levels', 'fx-rates', 'customer-360-profile-join'];

export interface FleetOptions {
  jobs: number;
  failed?: number;
  left?: number;
  /** Jobs started together in one wave; more make later waves wait. */
  perWave?: number;
  waveSeconds?: number;
}

/** A fleet's escape: most important first, waves one after another, some jobs slow. */
export function sampleFleet({
  jobs,
  failed = 0,
  left: leftJobs = 0,
  perWave = 100,
  waveSeconds = 32,
}: FleetOptions): Report {
  const random = pseudoRandom(jobs);
  const list = Array.from({ length: jobs }, (_, index): JobReport => {
    const tier = tiers[Math.min(3, Math.floor(((index / jobs) * 10) / 3))]!;
    const wave = Math.floor(index / perWave);
    const begin = wave * waveSeconds + random() * waveSeconds * 0.4;
    const namespace = namespaces[index % namespaces.length]!;
    const name = `${names[Math.floor(index / namespaces.length) % names.length]!}-${String(index).padStart(3, '0')}`;
    const job = sampleJob({
      namespace,
      name,
      tier,
      wave,
      recoveryPoint: `20261121T0202${String(10 + (index % 50))}Z-${(index * 7919).toString(16).padStart(8, '0')}`,
      restoredPath: `s3://az-b-snapshots/lab/snapshots/${namespace}/${name}/savepoint-${index.toString(16).padStart(6, '0')}-5d6e7f0a1b2c`,
      rpoSeconds: Math.round(random() * 240) / 10 + (tier === 'P0' ? 1 : 30),
      ...journey(begin, random),
    });
    return job;
  });
  const unlucky = Array.from({ length: failed + leftJobs }, (_, index) =>
    Math.floor(((index + 0.5) * jobs) / (failed + leftJobs)),
  );
  unlucky.forEach((at, index) => {
    const job = list[at]!;
    list[at] = index < failed ? failedJob(job, index) : { ...job, ...nothingDone, outcome: 'left', ...left };
  });
  const lastMs = Math.max(...list.map((job) => job.rtoSeconds ?? 0)) * 1_000;
  return assembleReport(sampleInput({ jobs: list, finishedAt: new Date(startMs + lastMs + 4_000).toISOString() }));
}

const nothingDone = { recoveryPoint: null, restoredPath: null, rpoSeconds: null, rtoSeconds: null, steps: [] };

function failedJob(job: JobReport, index: number): JobReport {
  const evidence = [
    `evidence/${job.namespace}/${job.name}/events.txt`,
    'JobManager: Job 3f2a switched from state CREATED to FAILED.',
  ];
  return {
    ...job,
    outcome: 'failed',
    rtoSeconds: null,
    ...reasons[index % reasons.length]!,
    steps: job.steps.slice(0, 4),
    evidence,
  };
}

function journey(begin: number, random: () => number): Pick<JobReport, 'steps' | 'rtoSeconds'> {
  const slow = random() < 0.03 ? 4 : 1;
  const lengths = [
    0.3 + random() * 0.4,
    0.5 + random(),
    (5 + random() * 9) * slow,
    (4 + random() * 14) * slow,
    1 + random() * 3,
  ];
  let at = begin;
  const steps = (['check', 'claim', 'schedule', 'restore', 'verify'] as const).map((name, index) => {
    const seconds = Math.round(lengths[index]! * 10) / 10;
    const step = { name, startedAt: new Date(startMs + at * 1_000).toISOString(), seconds };
    at += seconds;
    return step;
  });
  return { steps, rtoSeconds: Math.round(at * 10) / 10 };
}

/** Numbers from 0 to 1 that are the same for the same seed. */
function pseudoRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
