/** Lines of the report: one job each, whatever became of it. */
import type { DiagnosisCode } from '../../model/health/diagnosis/codes.ts';
import type { Outcome, Reason } from '../../model/outcome/outcome.ts';
import type { JobLine } from '../../model/report/schema.ts';
import type { Move } from '../../model/move/move.ts';
import { routeOf } from '../../model/move/route.ts';
import type { EscapeLine, StartedJob } from '../../model/results/escape.ts';

/** A batch's reports share one payload of at most 256 KB: texts are cut so that 200 jobs fit in it. */
const maxMessageLength = 500;
const maxEvidence = 3;
const maxEvidenceLength = 160;

/** A job that was not started: `left` when nothing is broken by it, `failed` when it should have run. */
export function endedJob(
  job: Pick<JobLine, 'namespace' | 'name' | 'tier' | 'wave' | 'from' | 'to' | 'epoch' | 'store'>,
  outcome: 'left' | 'failed',
  { code, message }: Reason,
  steps: JobLine['steps'] = [],
  evidence: string[] = [],
): EscapeLine {
  return {
    namespace: job.namespace,
    name: job.name,
    tier: job.tier,
    wave: job.wave,
    outcome,
    code,
    message: cut(message, maxMessageLength),
    from: job.from,
    to: job.to,
    epoch: job.epoch,
    store: job.store,
    recoveryPoint: null,
    restoredPath: null,
    stateAt: null,
    rpoSeconds: null,
    rtoSeconds: null,
    attempts: [],
    steps,
    evidence: cutEvidence(evidence),
  };
}

/** A job that was started, and what became of it. `endedAt` is when all its tasks ran, if they did. */
export function startedJobReport(
  move: Pick<Move, 'lostAt' | 'triggeredAt'>,
  job: StartedJob,
  result: Outcome & {
    outcome: 'running' | 'failed';
    restoredPath: string | null;
    runningAtMs: number | null;
    steps: JobLine['steps'];
    diagnosis?: DiagnosisCode;
  },
): EscapeLine {
  return {
    namespace: job.namespace,
    name: job.name,
    tier: job.tier,
    wave: job.wave,
    outcome: result.outcome,
    code: result.code,
    message: cut(result.message, maxMessageLength),
    ...routeOf(job),
    epoch: job.epoch,
    store: job.store,
    recoveryPoint: job.recoveryPoint,
    restoredPath: result.restoredPath,
    stateAt: job.stateAt,
    rpoSeconds: secondsBetween(Date.parse(job.stateAt), Date.parse(move.lostAt)),
    rtoSeconds: result.runningAtMs === null ? null : secondsBetween(Date.parse(move.triggeredAt), result.runningAtMs),
    attempts: [],
    steps: [...job.steps, ...result.steps],
    evidence: cutEvidence([...job.notes, ...result.evidence]),
    ...(result.diagnosis === undefined ? {} : { diagnosis: result.diagnosis }),
  };
}

function secondsBetween(fromMs: number, toMs: number): number {
  return Math.max(0, Math.round((toMs - fromMs) / 100) / 10);
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

function cutEvidence(evidence: string[]): string[] {
  return evidence.slice(0, maxEvidence).map((line) => cut(line, maxEvidenceLength));
}
