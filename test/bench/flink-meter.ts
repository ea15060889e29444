/** What a running Flink job feels: its own checkpoints and its records, by its REST API. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Meanwhile } from './row.ts';

interface Checkpoint {
  is_savepoint: boolean;
  status: string;
  trigger_timestamp: number;
  end_to_end_duration: number;
}

interface State {
  /** Counted since the job started. */
  records: number;
  atMs: number;
}

/** What was seen in one stretch of time. */
export interface Window {
  seconds: number;
  records: number;
  /** The job's own checkpoints that were triggered in it, without savepoints. */
  checkpoints: Checkpoint[];
}

/** Several windows of the same kind as one. */
export function felt(windows: readonly Window[]): Meanwhile {
  const sum = (of: (window: Window) => number) => windows.reduce((total, window) => total + of(window), 0);
  const all = windows.flatMap(({ checkpoints }) => checkpoints);
  const completed = all.filter(({ status }) => status === 'COMPLETED');
  const durations = completed.map((one) => one.end_to_end_duration / 1000);
  return {
    recordsPerSecond: sum(({ records }) => records) / sum(({ seconds }) => seconds),
    checkpoints: completed.length,
    checkpointsFailed: all.length - completed.length,
    checkpointSeconds: durations.reduce((total, each) => total + each, 0) / Math.max(1, durations.length),
    checkpointSecondsMax: Math.max(0, ...durations),
  };
}

export interface FlinkMeter {
  during(work: () => Promise<unknown>): Promise<Window>;
  until(holds: (state: State) => boolean, what: string, deadlineMs: number): Promise<void>;
  /** Waits for a checkpoint that is triggered after this call. */
  nextCheckpoint(): Promise<void>;
}

const lookEveryMs = 500;

/** Longer than `metrics.fetcher.update-interval`. */
const fetchMs = 1_500;
const checkpointDeadlineMs = 120_000;

export function flinkMeter(rest: string, jobId: string): FlinkMeter {
  async function ask<T>(path: string): Promise<T> {
    const answer = await fetch(`${rest}/jobs/${jobId}${path}`);
    if (!answer.ok) throw new Error(`GET ${path} of Flink: status ${answer.status}`);
    return (await answer.json()) as T;
  }

  /**
   * Of the first vertex, the source, what it has sent. Flink answers with what it had fetched before and fetches anew
   * only then, so the first answer after a while is as old as that.
   */
  async function state(): Promise<State> {
    await ask('');
    await sleep(fetchMs);
    const { vertices } = await ask<{ vertices: { metrics: { 'write-records': number } }[] }>('');
    return { records: vertices[0]?.metrics['write-records'] ?? 0, atMs: Date.now() };
  }

  /** Those triggered since then that have ended. */
  async function checkpointsSince(sinceMs: number): Promise<Checkpoint[]> {
    const { history } = await ask<{ history: Checkpoint[] }>('/checkpoints');
    return history.filter(
      (one) => !one.is_savepoint && one.status !== 'IN_PROGRESS' && one.trigger_timestamp >= sinceMs,
    );
  }

  async function until(holds: (state: State) => boolean, what: string, deadlineMs: number): Promise<void> {
    for (const endMs = Date.now() + deadlineMs; Date.now() < endMs; await sleep(lookEveryMs)) {
      if (holds(await state())) return;
    }
    throw new Error(`after ${deadlineMs / 1000} s it does not hold that ${what}`);
  }

  async function nextCheckpoint(): Promise<void> {
    const sinceMs = Date.now();
    for (const endMs = sinceMs + checkpointDeadlineMs; Date.now() < endMs; await sleep(lookEveryMs)) {
      if ((await checkpointsSince(sinceMs)).some(({ status }) => status === 'COMPLETED')) return;
    }
    throw new Error(`no checkpoint within ${checkpointDeadlineMs / 1000} s`);
  }

  return {
    until,
    nextCheckpoint,
    async during(work) {
      const before = await state();
      await work();
      const after = await state();
      // One more, so that the last one triggered in the window has ended.
      await nextCheckpoint();
      const checkpoints = await checkpointsSince(before.atMs);
      return {
        seconds: (after.atMs - before.atMs) / 1000,
        records: after.records - before.records,
        checkpoints: checkpoints.filter((one) => one.trigger_timestamp <= after.atMs),
      };
    },
  };
}
