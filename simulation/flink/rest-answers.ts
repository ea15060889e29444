/** What Flink's REST would answer of a simulated run, in Flink's own form (1.20). */
import type { CheckpointStatistics, CompletedCheckpoint } from '../../model/health/flink/rest-types.ts';
import { exceptionsOf } from './faults.ts';
import type { RestRequest, Route } from './rest-routes.ts';
import { routeOf } from './rest-routes.ts';
import type { SimulatedRun } from './simulated-run.ts';
import type { SimulatedSavepoints } from './simulated-savepoints.ts';

export interface RestAnswer {
  status: number;
  /** Text is sent as it is, anything else as JSON. */
  body: unknown;
}

/** What stands around the run. */
export interface Surroundings {
  nowMs: number;
  /** What `/config` tells as Flink's version. */
  version: string;
  savepoints: SimulatedSavepoints;
  /** Called with the newest checkpoint whenever somebody is told of it. */
  onTold?: (checkpoint: CompletedCheckpoint | undefined) => void;
}

/** Nothing listens yet; Flink itself never says this. */
export const nobodyListens: RestAnswer = { status: 503, body: 'simulated: the JobManager does not listen' };

/** Of a JobManager that refuses for a while. */
export const refused: RestAnswer = { status: 503, body: { errors: ['simulated: Service Unavailable'] } };

/** Flink tells no more than that without being asked to. */
const usualExceptions = 20;

/** Answers one request at once. */
export function answerOf(run: SimulatedRun, request: RestRequest, around: Surroundings): RestAnswer {
  if (!run.answersAt(around.nowMs)) return nobodyListens;
  const route = routeOf(request);
  if (!route) return notFound(`Not found: ${request.path}`);
  if (route.jobId !== '' && route.jobId !== run.jobId) {
    return notFound(`org.apache.flink.runtime.rest.NotFoundException: Job ${route.jobId} not found`);
  }
  return answers[route.operation](run, route, around, request.body);
}

type Answer = (run: SimulatedRun, route: Route, around: Surroundings, body: unknown) => RestAnswer;

const answers: Record<Route['operation'], Answer> = {
  version: (_run, _route, { version }) => ok({ 'refresh-interval': 3_000, 'flink-version': version }),
  jobs(run, _route, { nowMs }) {
    return ok({ jobs: run.knowsJobAt(nowMs) ? [{ id: run.jobId, status: run.detailAt(nowMs).state }] : [] });
  },
  job(run, _route, { nowMs }) {
    const { id, startTimeMs, ...detail } = run.detailAt(nowMs);
    return ok({ jid: id, ...detail, 'start-time': startTimeMs });
  },
  checkpoints(run, _route, { nowMs, onTold }) {
    const statistics = run.checkpointsAt(nowMs);
    onTold?.(statistics.latestCompleted);
    return ok(checkpointsBody(statistics));
  },
  'checkpoints config': (run) => ok({ mode: 'exactly_once', timeout: run.checkpointTimeoutMs }),
  exceptions(run, { query }, { nowMs }) {
    const most = Number(query.get('maxExceptions') ?? usualExceptions);
    const { entries } = exceptionsOf(run.fault, run.restartsAt(nowMs), nowMs);
    const told = entries.slice(0, most).map(({ name, stacktrace, timestampMs, taskName }) => {
      return { exceptionName: name, stacktrace, timestamp: timestampMs, taskName: taskName ?? null };
    });
    return ok({ exceptionHistory: { entries: told, truncated: entries.length > most } });
  },
  triggerCheckpoint(run, _route, { nowMs }, body) {
    const { triggerId = run.jobId } = (body ?? {}) as { triggerId?: string };
    run.askForCheckpoint(triggerId, nowMs);
    return accepted(triggerId);
  },
  checkpointStatus(run, { triggerId, jobId }, { nowMs }) {
    const asked = run.askedCheckpointAt(triggerId, nowMs);
    if (!asked) return unknownTrigger('checkpoint', triggerId, jobId);
    const { completedId: checkpointId } = asked;
    return checkpointId === undefined ? inProgress : ok({ status: { id: 'COMPLETED' }, operation: { checkpointId } });
  },
  triggerSavepoint(run, { jobId }, { savepoints }, body) {
    const request = body as { 'target-directory': string; triggerId: string };
    const { 'target-directory': targetDirectory, triggerId } = request;
    savepoints.trigger(run, { jobId, triggerId, targetDirectory });
    return accepted(triggerId);
  },
  savepointStatus(_run, { triggerId, jobId }, { savepoints }) {
    const status = savepoints.statusOf(triggerId);
    switch (status.state) {
      case 'in-progress':
        return inProgress;
      case 'completed':
        return ok({ status: { id: 'COMPLETED' }, operation: { location: status.value.location } });
      case 'failed':
        return ok({ status: { id: 'COMPLETED' }, operation: { 'failure-cause': causeBody(status.cause) } });
      case 'unknown':
        return unknownTrigger('savepoint', triggerId, jobId);
    }
  },
};

const inProgress = ok({ status: { id: 'IN_PROGRESS' }, operation: null });

function ok(body: unknown): RestAnswer {
  return { status: 200, body };
}

function accepted(triggerId: string): RestAnswer {
  return { status: 202, body: { 'request-id': triggerId } };
}

function notFound(why: string): RestAnswer {
  return { status: 404, body: { errors: [why] } };
}

function unknownTrigger(what: string, triggerId: string, jobId: string): RestAnswer {
  const why = `There is no ${what} operation with triggerId=${triggerId} for job ${jobId}.`;
  return notFound(`org.apache.flink.runtime.rest.handler.RestHandlerException: ${why}`);
}

function causeBody(cause: string): object {
  return { class: cause.split(':')[0], 'stack-trace': cause, 'serialized-throwable': '' };
}

function checkpointsBody({ counts, underWay, ...latest }: CheckpointStatistics): object {
  const { restored } = latest;
  return {
    counts: {
      restored: counts.restored,
      total: counts.completed + counts.failed + counts.inProgress,
      in_progress: counts.inProgress,
      completed: counts.completed,
      failed: counts.failed,
    },
    latest: {
      completed: latest.latestCompleted ? completedBody(latest.latestCompleted) : null,
      savepoint: latest.latestSavepoint ? completedBody(latest.latestSavepoint) : null,
      failed: null,
      restored: restored
        ? {
            id: restored.id,
            restore_timestamp: restored.restoreTimestampMs,
            is_savepoint: restored.isSavepoint,
            external_path: restored.externalPath ?? null,
          }
        : null,
    },
    history: [
      ...underWay.map(({ id, isSavepoint, triggerTimestampMs }) => {
        return { id, status: 'IN_PROGRESS', is_savepoint: isSavepoint, trigger_timestamp: triggerTimestampMs };
      }),
      ...(latest.latestCompleted ? [completedBody(latest.latestCompleted)] : []),
    ],
  };
}

function completedBody(done: CompletedCheckpoint): object {
  return {
    id: done.id,
    status: 'COMPLETED',
    is_savepoint: done.isSavepoint,
    trigger_timestamp: done.triggerTimestampMs,
    end_to_end_duration: done.endToEndDurationMs,
    state_size: done.stateSizeBytes,
    external_path: done.externalPath ?? null,
  };
}
