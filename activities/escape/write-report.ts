/** Keeps each batch's results in the peer's store, and at the end makes the report of them. */
import { type OperatorAct, type SkippedJob, skipReason } from '../../model/move/operators.ts';
import type { PlannedJob } from '../../model/move/plan-types.ts';
import { jobKey } from '../../model/job/job.ts';
import type { Reason } from '../../model/outcome/outcome.ts';
import { assembleReport } from '../../model/report/assemble.ts';
import { renderReportHtml } from '../../model/report/html.ts';
import type { JobLine, Report } from '../../model/report/schema.ts';
import { storeKeys } from '../../model/store-location.ts';
import type { Clock, Clusters, Configured, Logging, Remembering, Stores } from '../../adapters/ports.ts';
import { endedJob } from '../../jobs/run/job-report.ts';
import { markFailed } from '../../jobs/run/mark-failed.ts';
import { readPlan } from '../../zones/reports/escape-plan.ts';
import { readShelved, shelve } from '../../zones/reports/report-shelf.ts';
import { readVictims } from './make-room.ts';
import { keepMeasure } from '../../zones/reports/measures.ts';
import type { Move, SettledMove } from '../../model/move/move.ts';
import type { BatchRef, FenceResult, ReportSummary, VictimsRef } from '../../model/results/escape.ts';

const maxBatchBytes = 16 << 20;

function batchKey(move: Move, batch: BatchRef): string {
  const dryRun = move.effects === 'rehearsed' ? 'dry-run-' : '';
  return `${storeKeys.reportPrefix(move.kind, move.id)}/batches/${dryRun}wave-${batch.wave}-from-${batch.from}.json`;
}

/** Writes what became of a batch's jobs, and marks those that failed. Repeating it replaces the file by the same. */
export async function saveBatch(
  ports: Configured & Clusters & Stores & Logging & Clock,
  move: SettledMove,
  batch: BatchRef,
  jobs: JobLine[],
  signal: AbortSignal,
): Promise<void> {
  const bytes = new TextEncoder().encode(JSON.stringify(jobs));
  await shelve(ports, move, batchKey(move, batch), bytes, { contentType: 'application/json', signal });
  await markFailed(ports, move, jobs, signal);
}

/** How the escape ended, as its workflow knows it. */
export interface ReportEnd {
  batches: BatchRef[];
  fence: FenceResult['fence'];
  outcome: Report['outcome'];
  /** When the first jobs were started by the plan; null where none was. */
  beganAt: string | null;
  /** Batches that broke, a sentence each. */
  broken: string[];
  /** Why what was not begun was not. */
  unstarted: Reason;
  finishedAt: string;
  /** Those jobs that were told to make room; absent in histories of the first version. */
  victims?: VictimsRef[];
  /** Jobs that operators took out; those of batches that never began have no other line. */
  skipped?: SkippedJob[];
  /** What operators told the escape. */
  operators?: OperatorAct[];
}

function secondsBetween(from: string, to: string): number {
  return Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / 100) / 10);
}

/** Assembles report.json and report.html from plan and batches: every planned job has a line, whatever happened. */
export async function writeReport(
  ports: Configured & Stores & Logging & Remembering & Clock,
  move: SettledMove,
  end: ReportEnd,
  signal: AbortSignal,
): Promise<ReportSummary> {
  const plan = await readPlan(ports, move, signal);
  const lines = new Map<string, JobLine>();
  for (const batch of end.batches) {
    const bytes = await readShelved(ports, move, batchKey(move, batch), { maxBytes: maxBatchBytes, signal });
    if (!bytes) continue;
    for (const line of JSON.parse(new TextDecoder().decode(bytes)) as JobLine[]) {
      lines.set(jobKey(line), line);
    }
  }
  const skips = new Map((end.skipped ?? []).map((one) => [one.job, skipReason(one)]));
  const unstarted = (job: PlannedJob): JobLine => endedJob(job, 'left', skips.get(jobKey(job)) ?? end.unstarted);
  const jobs = plan.waves.flatMap((wave) => wave.jobs.map((job) => lines.get(jobKey(job)) ?? unstarted(job)));
  for (const left of plan.left) {
    jobs.push(endedJob({ ...left, wave: null, epoch: null, store: null }, 'left', left));
  }
  const preempted = await readVictims(ports, move, end.victims ?? [], end.unstarted, signal);
  const isRehearsal = move.effects === 'rehearsed';
  const report = assembleReport({
    id: move.id,
    kind: move.kind,
    zone: move.zone,
    to: plan.peers,
    clusters: [...move.lost],
    incident: move.incident,
    dryRun: isRehearsal,
    trigger: move.trigger,
    startedAt: move.triggeredAt,
    finishedAt: end.finishedAt,
    decidedAt: plan.plannedAt,
    planAgeSeconds: end.beganAt === null ? null : secondsBetween(plan.plannedAt, end.beganAt),
    budgetSeconds: move.budgetSeconds,
    outcome: end.outcome,
    warnings: [...plan.late.map(({ reason }) => reason), ...plan.notes, ...end.broken],
    fence: end.fence,
    preempted,
    operators: end.operators ?? [],
    jobs,
  });
  const name = isRehearsal ? `${move.id}-dry-run` : move.id;
  const reportKey = storeKeys.reportKey(move.kind, name, 'json');
  const encode = (text: string) => new TextEncoder().encode(text);
  const pageKey = storeKeys.reportKey(move.kind, name, 'html');
  const page = encode(renderReportHtml(report));
  const store = await shelve(ports, move, pageKey, page, { contentType: 'text/html', signal });
  await store.put(reportKey, encode(JSON.stringify(report, null, 2)), { contentType: 'application/json', signal });
  await keepMeasure(ports, store, report, signal);
  return { reportKey, totals: report.totals };
}
