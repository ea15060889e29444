/** Gathers what a diagnosis is made from, in bounded time. A source that fails becomes a gap, which is evidence too. */
import { after, type Clock } from '../clock.ts';
import type { DiagnosisInput } from '../../model/health/diagnosis/input.ts';
import type { JobRef } from '../../model/job/job.ts';
import type { ZoneCluster } from '../kubernetes/port.ts';
import type { FlinkJobManager } from './port.ts';

export interface DiagnosisSources {
  job: JobRef;
  cluster: ZoneCluster;
  jobManager: FlinkJobManager;
  clock: Clock;
  /** Bound on the whole of it. */
  deadlineMs: number;
  signal?: AbortSignal;
}

/** What the caller knows already from watching the job. */
export type KnownBefore = Pick<DiagnosisInput, 'verdict' | 'askedPath' | 'lastFailure'>;

/** A failed start writes its stack traces and then some fifty lines of shutting down. */
const logLines = 600;

/** Never throws, unless `signal` is aborted: then its reason. */
export async function gatherDiagnosis(sources: DiagnosisSources, known: KnownBefore = {}): Promise<DiagnosisInput> {
  const { job, cluster, jobManager } = sources;
  const stop = new AbortController();
  const onAbort = (): void => stop.abort(sources.signal?.reason);
  sources.signal?.throwIfAborted();
  sources.signal?.addEventListener('abort', onAbort, { once: true });
  using _ = after(sources.clock, sources.deadlineMs, () =>
    stop.abort(new Error(`no answer within ${sources.deadlineMs} ms`)),
  );

  const gaps: string[] = [];
  async function ask<T>(what: string, source: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
    try {
      return await source(stop.signal);
    } catch (error) {
      gaps.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  }

  try {
    const listed = cluster.listPods(job, stop.signal);
    const [deployment, pods, events, jobManagerLog, exceptions] = await Promise.all([
      ask('FlinkDeployment', (signal) => cluster.getDeployment(job, signal)),
      ask('pods', () => listed),
      ask('events', async (signal) => cluster.listWarnings(job, await listed, signal)),
      ask("JobManager's log", async (signal) => cluster.jobManagerLog(job, await listed, logLines, signal)),
      ask('exceptions', async (signal) => {
        // In application mode there is one job; the newest stands first where an ended one is kept.
        const [first] = await jobManager.jobs(signal);
        return first ? (await jobManager.exceptions(first.id, signal)).entries : undefined;
      }),
    ]);
    sources.signal?.throwIfAborted();
    const status = deployment?.status;
    const says = [status?.lifecycleState, status?.jobManagerDeploymentStatus].filter((word) => word !== undefined);
    return {
      ...known,
      operatorError: status?.error,
      operatorSays: says.length > 0 ? says.join(', JobManager ') : undefined,
      jobManagerLog,
      gaps,
      ...(pods ? { pods } : {}),
      ...(events ? { events } : {}),
      ...(exceptions ? { exceptions } : {}),
    };
  } finally {
    sources.signal?.removeEventListener('abort', onAbort);
  }
}
