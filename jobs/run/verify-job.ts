/**
 * Watches one started job until Flink's own REST answers say that it runs again on the state that was asked for, or
 * until it is clear that it will not. What it saw is its line in the report.
 */
import { createHash } from 'node:crypto';
import { diagnose } from '../../model/health/diagnosis/diagnose.ts';
import type { JobSighting, RestoreHistory } from '../../model/health/flink/restore-history.ts';
import { restoreVerdict, twinVerdict, type RestoreVerdict } from '../../model/health/flink/restore-verdict.ts';
import { reasonText } from '../../model/outcome/outcome.ts';
import { jobKey } from '../../model/job/job.ts';
import { samePath } from '../../model/store-location.ts';
import { OutsideFailure } from '../../adapters/failure.ts';
import { gatherDiagnosis } from '../../adapters/flink/gather-diagnosis.ts';
import type { FlinkJobManager } from '../../adapters/flink/port.ts';
import { keepBeating } from '../keep-beating.ts';
import type { Clock, Clusters, Configured, FlinkAccess, Logging, Pulse } from '../../adapters/ports.ts';
import { isFinal } from './early-end.ts';
import { startedJobReport } from './job-report.ts';
import type { LookPace } from './look-pace.ts';
import { Stopwatch } from './stopwatch.ts';
import { twinCheckpointMaxAgeMs } from './twin.ts';
import { watchUntilRunning, type Sight, type Watch } from './watch-until-running.ts';
import type { Move } from '../../model/move/move.ts';
import type { EscapeLine, StartedJob } from '../../model/results/escape.ts';

/** How long a job that runs may take to its first checkpoint before it is reported as running without one. */
const checkpointPatienceMs = 60_000;
const diagnosisDeadlineMs = 15_000;

/** What survives the death of a worker, by way of the heartbeat. */
interface Watched {
  runningAtMs: number | null;
  /** What keeps it from running so far. For people: the UI shows the newest heartbeat of a pending activity. */
  trouble?: string;
}

/** Watches until the verdict. Every end is a line of the report; only a broken world is thrown. */
export async function verifyJob(
  ports: Configured & Clusters & FlinkAccess & Logging & Clock,
  move: Move,
  job: StartedJob,
  pulse: Pulse,
  pace: LookPace,
): Promise<EscapeLine> {
  const watched: Watched = { runningAtMs: (pulse.resumed as Watched | undefined)?.runningAtMs ?? null };
  return keepBeating(
    pulse,
    () => watched,
    () => pace.watching(() => watchJob(ports, move, job, watched, pulse, pace)),
  );
}

async function watchJob(
  ports: Configured & Clusters & FlinkAccess & Logging & Clock,
  move: Move,
  job: StartedJob,
  watched: Watched,
  pulse: Pulse,
  pace: LookPace,
): Promise<EscapeLine> {
  const jobManager = ports.flink.jobManager(job.to, job);
  const startedMs = Date.parse(job.startedAt);
  const deadlineMs = startedMs + ports.config.tiers[job.tier].startDeadlineMs;
  let nextDiagnosisMs = ports.now() + pace.diagnoseEveryMs;
  // No JobManager answers in its first moments; a twin's does already.
  if (job.kind === 'standby') await pulse.sleep(pace.pauseMs(job.tier, ports.now() - startedMs));

  const runs = async ({ verdict, seen, history, nowMs }: Sight): Promise<EscapeLine | undefined> => {
    if (watched.runningAtMs === null) {
      watched.runningAtMs = nowMs;
      await askForCheckpoint(jobManager, seen, move, job, pulse.signal);
    }
    const patient = nowMs < watched.runningAtMs + checkpointPatienceMs;
    if (verdict.state !== 'confirmed' && patient) return undefined;
    return ends(ports, move, job, verdict, watched, history);
  };
  const doesNotRun = async ({ verdict, unseen, nowMs, late }: Sight): Promise<EscapeLine | undefined> => {
    const over = late || verdict.state === 'wrong-path' || verdict.state === 'failing';
    if (!over && nowMs < nextDiagnosisMs) return undefined;
    const known = { verdict, lastFailure: unseen };
    const look = () => diagnoseJob(ports, move, job, jobManager, known, pulse);
    const failed = await pace.diagnosing(look, { now: ports.now, last: over });
    if (failed && (over || isFinal(failed, nowMs - startedMs))) return failed.report;
    if (failed) nextDiagnosisMs = nowMs + pace.diagnoseEveryMs;
    if (failed) watched.trouble = reasonText(failed.report);
    return undefined;
  };
  const watch: Watch<EscapeLine> = {
    judge: (seen, history, nowMs) => judge(seen, job, history, nowMs),
    deadlineMs,
    pauseMs: ({ nowMs }) => (watched.runningAtMs === null ? pace.pauseMs(job.tier, nowMs - startedMs) : 400),
    end: (sight) => {
      const { state } = sight.verdict;
      return state === 'all-running' || state === 'confirmed' ? runs(sight) : doesNotRun(sight);
    },
  };
  return watchUntilRunning(jobManager, watch, { pulse, now: ports.now });
}

function judge(seen: JobSighting, job: StartedJob, history: RestoreHistory, nowMs: number): RestoreVerdict {
  return job.kind === 'twin'
    ? twinVerdict(seen, { nowMs, maxAgeMs: twinCheckpointMaxAgeMs }, history)
    : restoreVerdict(seen, { path: job.restorePath, samePath }, history);
}

/** A checkpoint asked for now proves the restore within a second or two, whatever the job's interval. */
async function askForCheckpoint(
  jobManager: FlinkJobManager,
  seen: JobSighting | undefined,
  move: Move,
  job: StartedJob,
  signal: AbortSignal,
): Promise<void> {
  if (!seen) return;
  const triggerId = createHash('md5')
    .update(`${move.id}/${jobKey(job)}`)
    .digest('hex');
  try {
    await jobManager.triggerCheckpoint(seen.job.id, triggerId, signal);
  } catch (error) {
    // The job's own interval brings one too, only later.
    if (!(error instanceof OutsideFailure)) throw error;
  }
}

function ends(
  ports: Logging & Clock,
  move: Move,
  job: StartedJob,
  verdict: RestoreVerdict,
  watched: Watched,
  history: RestoreHistory,
): EscapeLine {
  const runningAtMs = watched.runningAtMs!;
  const watch = new Stopwatch(ports.now);
  const startedMs = Date.parse(job.startedAt);
  // A twin has nothing to restore: it is proven from its promotion on.
  if (job.kind === 'standby') watch.note('restore', startedMs, runningAtMs);
  watch.note('verify', job.kind === 'standby' ? runningAtMs : startedMs, ports.now());
  ports.log.info({ job: jobKey(job), zone: job.to, incident: move.incident, epoch: job.epoch }, 'job runs again');
  return startedJobReport(move, job, {
    outcome: 'running',
    code: 'Running',
    message: 'all its tasks run',
    restoredPath: job.kind === 'twin' ? job.restorePath : (history.restoredPaths[0] ?? null),
    runningAtMs,
    steps: watch.steps,
    evidence: verdict.state === 'confirmed' ? [] : ['it runs, but took no checkpoint of its own within a minute'],
  });
}

async function diagnoseJob(
  ports: Clusters & Clock,
  move: Move,
  job: StartedJob,
  jobManager: FlinkJobManager,
  known: { verdict: RestoreVerdict; lastFailure: string | undefined },
  pulse: Pulse,
) {
  const sources = {
    job,
    cluster: ports.cluster(job.to),
    jobManager,
    clock: ports,
    deadlineMs: diagnosisDeadlineMs,
    signal: pulse.signal,
  };
  const gathered = await gatherDiagnosis(sources, { ...known, askedPath: job.restorePath });
  const { code, sentence, evidence, mayPass } = diagnose(gathered);
  const watch = new Stopwatch(ports.now);
  watch.note('restore', Date.parse(job.startedAt), ports.now());
  const restoredPath = known.verdict.state === 'wrong-path' ? (known.verdict.restoredPath ?? null) : null;
  const report = startedJobReport(move, job, {
    outcome: 'failed',
    code,
    message: sentence,
    restoredPath,
    runningAtMs: null,
    steps: watch.steps,
    evidence,
    diagnosis: code,
  });
  return { code, mayPass, report };
}
