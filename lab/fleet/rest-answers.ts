/** What Flink's REST would answer of a simulated run, in Flink's own form (1.20). */
import type { SimulatedRun } from './simulated-run.ts';

/** What `/config` tells as Flink's version: nobody shall take this for a Flink. */
const simulatedVersion = '1.20.0-simulated';

export interface RestAnswer {
  status: number;
  /** Text is sent as it is, anything else as JSON. */
  body: unknown;
}

const notFound = (what: string): RestAnswer => ({
  status: 404,
  body: { errors: [`org.apache.flink.runtime.rest.NotFoundException: ${what} not found (simulated)`] },
});

/** Nothing listens yet; Flink itself never says this. */
export const nobodyListens: RestAnswer = { status: 503, body: 'simulated: the JobManager does not listen' };

const loopCause =
  'java.lang.IllegalStateException: the topic orders has no partition 7 (simulated)\n\tat com.example.Orders.open(Orders.java:42)';

/** Answers one request; `path` without its query. `checkpointsTo` is the folder of the job's own checkpoints. */
export function answerOf(
  run: SimulatedRun,
  { method, path }: { method: string; path: string },
  at: { nowMs: number; checkpointsTo: string },
): RestAnswer {
  const { nowMs, checkpointsTo } = at;
  if (nowMs < run.answersMs) return nobodyListens;
  if (path === '/config') return { status: 200, body: { 'refresh-interval': 3000, 'flink-version': simulatedVersion } };
  const state = run.restartsAt(nowMs) > 0 ? 'RESTARTING' : 'RUNNING';
  if (path === '/jobs') return { status: 200, body: { jobs: [{ id: run.jobId, status: state }] } };
  const [, , jobId, ...rest] = path.split('/');
  if (!path.startsWith('/jobs/') || jobId !== run.jobId) return notFound(path);
  switch (`${method} ${rest.join('/')}`) {
    case 'GET ':
      return { status: 200, body: detailOf(run, state, nowMs) };
    case 'GET checkpoints':
      return { status: 200, body: checkpointsOf(run, nowMs, checkpointsTo) };
    case 'GET exceptions':
      return { status: 200, body: exceptionsOf(run, nowMs) };
    case 'POST checkpoints':
      run.askForCheckpoint(nowMs);
      return { status: 202, body: { 'request-id': run.jobId } };
    default:
      return notFound(path);
  }
}

function detailOf(run: SimulatedRun, state: string, nowMs: number): unknown {
  const running = run.allRunAt(nowMs) ? run.parallelism : 0;
  const tasks = { RUNNING: running, INITIALIZING: run.parallelism - running };
  return {
    jid: run.jobId,
    name: 'simulated',
    state,
    'start-time': Math.round(run.answersMs),
    vertices: ['source', 'count'].map((name) => ({ id: name, name, parallelism: run.parallelism, tasks })),
  };
}

function checkpointsOf(run: SimulatedRun, nowMs: number, checkpointsTo: string): unknown {
  const { completed, newest } = run.checkpointsAt(nowMs);
  const restored = run.restoredPath !== undefined && nowMs >= run.restoredMs;
  return {
    counts: {
      restored: restored ? 1 + run.restartsAt(nowMs) : 0,
      total: completed,
      in_progress: 0,
      completed,
      failed: 0,
    },
    latest: {
      completed: newest && {
        id: newest.id,
        is_savepoint: false,
        trigger_timestamp: newest.triggeredMs,
        end_to_end_duration: newest.durationMs,
        state_size: 4_096,
        external_path: `${checkpointsTo}/${run.jobId}/chk-${newest.id}`,
      },
      restored: restored
        ? {
            id: run.restoredId,
            restore_timestamp: run.restoredMs,
            is_savepoint: true,
            external_path: run.restoredPath,
          }
        : null,
    },
  };
}

function exceptionsOf(run: SimulatedRun, nowMs: number): unknown {
  const entries = Array.from({ length: Math.min(16, run.restartsAt(nowMs)) }, () => ({
    exceptionName: 'java.lang.IllegalStateException',
    stacktrace: loopCause,
    timestamp: nowMs,
    taskName: 'count (1/2)',
  }));
  return { exceptionHistory: { entries, truncated: false } };
}
