/** Flink's REST answers, checked at this edge: fields that decisions read must be there, unknown ones are dropped. */
import { z } from 'zod';
import type {
  CheckpointStatistics,
  CompletedCheckpoint,
  FlinkExceptions,
  FlinkJobDetail,
} from '../../model/health/flink/rest-types.ts';

export const jobsAnswer = z
  .object({ jobs: z.array(z.object({ id: z.string(), status: z.string() })) })
  .transform((answer) => answer.jobs);

export const jobAnswer = z
  .object({
    jid: z.string(),
    name: z.string(),
    state: z.string(),
    'start-time': z.number(),
    vertices: z.array(
      z.object({ id: z.string(), name: z.string(), parallelism: z.number(), tasks: z.record(z.string(), z.number()) }),
    ),
  })
  .transform((job): FlinkJobDetail => ({
    id: job.jid,
    name: job.name,
    state: job.state,
    startTimeMs: job['start-time'],
    vertices: job.vertices,
  }));

const completedCheckpoint = z
  .object({
    id: z.number(),
    is_savepoint: z.boolean(),
    trigger_timestamp: z.number(),
    end_to_end_duration: z.number(),
    state_size: z.number(),
    external_path: z.string().nullish(),
  })
  .transform((done): CompletedCheckpoint => ({
    id: done.id,
    isSavepoint: done.is_savepoint,
    triggerTimestampMs: done.trigger_timestamp,
    endToEndDurationMs: done.end_to_end_duration,
    stateSizeBytes: done.state_size,
    externalPath: addressable(done.external_path),
  }));

/** Flink writes this in place of a path for a checkpoint that lies in memory only. */
function addressable(path: string | null | undefined): string | undefined {
  return path === '<checkpoint-not-externally-addressable>' ? undefined : (path ?? undefined);
}

export const checkpointsAnswer = z
  .object({
    counts: z.object({
      restored: z.number(),
      completed: z.number(),
      failed: z.number(),
      in_progress: z.number(),
    }),
    // All null until the first checkpoint; `latest` itself is absent where checkpointing is off.
    latest: z
      .object({
        completed: completedCheckpoint.nullish(),
        savepoint: completedCheckpoint.nullish(),
        failed: z
          .object({ id: z.number(), failure_timestamp: z.number(), failure_message: z.string().nullish() })
          .nullish(),
        restored: z
          .object({
            id: z.number(),
            restore_timestamp: z.number(),
            is_savepoint: z.boolean(),
            external_path: z.string().nullish(),
          })
          .nullish(),
      })
      .nullish(),
    // The newest ten or so, those under way among them.
    history: z
      .array(z.object({ id: z.number(), status: z.string(), is_savepoint: z.boolean(), trigger_timestamp: z.number() }))
      .nullish(),
  })
  .transform(({ counts, latest, history }): CheckpointStatistics => {
    const { failed, restored } = latest ?? {};
    return {
      counts: {
        restored: counts.restored,
        completed: counts.completed,
        failed: counts.failed,
        inProgress: counts.in_progress,
      },
      underWay: (history ?? [])
        .filter(({ status }) => status === 'IN_PROGRESS')
        .map((one) => ({ id: one.id, isSavepoint: one.is_savepoint, triggerTimestampMs: one.trigger_timestamp })),
      latestCompleted: latest?.completed ?? undefined,
      latestSavepoint: latest?.savepoint ?? undefined,
      latestFailure: failed
        ? {
            id: failed.id,
            failureTimestampMs: failed.failure_timestamp,
            message: failed.failure_message ?? undefined,
          }
        : undefined,
      restored: restored
        ? {
            id: restored.id,
            restoreTimestampMs: restored.restore_timestamp,
            isSavepoint: restored.is_savepoint,
            externalPath: addressable(restored.external_path),
          }
        : undefined,
    };
  });

export const checkpointTimeoutAnswer = z.object({ timeout: z.number() }).transform(({ timeout }) => timeout);

export const exceptionsAnswer = z
  .object({
    exceptionHistory: z.object({
      entries: z.array(
        z.object({
          exceptionName: z.string(),
          stacktrace: z.string(),
          timestamp: z.number(),
          taskName: z.string().nullish(),
        }),
      ),
    }),
  })
  .transform(({ exceptionHistory }): FlinkExceptions => ({
    entries: exceptionHistory.entries.map((entry) => ({
      name: entry.exceptionName,
      stacktrace: entry.stacktrace,
      timestampMs: entry.timestamp,
      taskName: entry.taskName ?? undefined,
    })),
  }));

const failureCause = z.object({ class: z.string(), 'stack-trace': z.string() });

/** Of savepoints; COMPLETED means only that it ended. */
export const savepointStatusAnswer = z.object({
  status: z.object({ id: z.string() }),
  operation: z.object({ location: z.string().nullish(), 'failure-cause': failureCause.nullish() }).nullish(),
});

/** Of checkpoints: the same idea in other names. */
export const checkpointStatusAnswer = z.object({
  status: z.object({ id: z.string() }),
  operation: z.object({ checkpointId: z.number().nullish(), failureCause: failureCause.nullish() }).nullish(),
});

export const configAnswer = z.object({ 'flink-version': z.string() }).transform((config) => config['flink-version']);

/** Flink's own errors. By this form they are told from those of a proxy, an ingress or the API server. */
export const errorsAnswer = z.object({ errors: z.array(z.string()) });
