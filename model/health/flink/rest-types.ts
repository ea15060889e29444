/** The parts of Flink's REST answers that decisions read (1.20; the same fields in 2.x). Parsed at the edge. */

export interface FlinkVertex {
  id: string;
  name: string;
  parallelism: number;
  /** Subtasks by state, such as `{ RUNNING: 2, INITIALIZING: 0 }`. */
  tasks: Record<string, number>;
}

export interface FlinkJobDetail {
  id: string;
  name: string;
  state: string;
  startTimeMs: number;
  vertices: FlinkVertex[];
}

export interface CompletedCheckpoint {
  id: number;
  isSavepoint: boolean;
  triggerTimestampMs: number;
  endToEndDurationMs: number;
  stateSizeBytes: number;
  externalPath: string | undefined;
}

export interface RestoredCheckpoint {
  id: number;
  restoreTimestampMs: number;
  isSavepoint: boolean;
  externalPath: string | undefined;
}

export interface CheckpointStatistics {
  counts: { restored: number; completed: number; failed: number; inProgress: number };
  /** Those of the history that are not over. */
  underWay: { id: number; isSavepoint: boolean; triggerTimestampMs: number }[];
  latestCompleted: CompletedCheckpoint | undefined;
  latestSavepoint: CompletedCheckpoint | undefined;
  latestFailure: { id: number; failureTimestampMs: number; message: string | undefined } | undefined;
  restored: RestoredCheckpoint | undefined;
}

export interface FlinkExceptions {
  entries: { name: string; stacktrace: string; timestampMs: number; taskName: string | undefined }[];
}
