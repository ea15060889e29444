/** Looks at a job that was started, again and again, until it runs or is clear not to. */
import {
  nothingSeen,
  remember,
  type JobSighting,
  type RestoreHistory,
} from '../../model/health/flink/restore-history.ts';
import type { RestoreVerdict } from '../../model/health/flink/restore-verdict.ts';
import { lookAtJob } from '../../adapters/flink/sighting.ts';
import type { FlinkJobManager } from '../../adapters/flink/port.ts';
import type { Pulse } from '../../adapters/ports.ts';

/** What one look showed. */
export interface Sight {
  /** Of this look alone: one that saw nothing says `starting`, however well the job was before. */
  verdict: RestoreVerdict;
  /** Flink's answers, or why there were none. */
  seen: JobSighting | undefined;
  unseen: string | undefined;
  history: RestoreHistory;
  nowMs: number;
  /** The deadline has passed. */
  late: boolean;
}

export interface Watch<T> {
  judge(seen: JobSighting, history: RestoreHistory, nowMs: number): RestoreVerdict;
  /** By the clock of `now`. Nothing ends by itself then: see `Sight.late`. */
  deadlineMs: number;
  /** Until the next look. */
  pauseMs: number | ((sight: Sight) => number);
  /** Before each look; absent where somebody else beats for the whole watch. */
  beat?(): void;
  /** What the watch comes to by this look; undefined to go on. */
  end(sight: Sight): T | undefined | Promise<T | undefined>;
}

/** Once the pulse's signal is aborted its sleeps and the looks end the watch with its reason. */
export async function watchUntilRunning<T>(
  jobManager: FlinkJobManager,
  watch: Watch<T>,
  { pulse, now }: { pulse: Pick<Pulse, 'signal' | 'sleep'>; now(): number },
): Promise<T> {
  let history: RestoreHistory = nothingSeen;
  for (;;) {
    watch.beat?.();
    const look = await lookAtJob(jobManager, pulse.signal);
    const nowMs = now();
    const [seen, unseen] = 'seen' in look ? [look.seen, undefined] : [undefined, look.unseen];
    if (seen) history = remember(history, seen);
    const verdict: RestoreVerdict = seen
      ? watch.judge(seen, history, nowMs)
      : { state: 'starting', why: unseen ?? 'it was not seen' };
    const sight: Sight = { verdict, seen, unseen, history, nowMs, late: nowMs >= watch.deadlineMs };
    const ended = await watch.end(sight);
    if (ended !== undefined) return ended;
    await pulse.sleep(typeof watch.pauseMs === 'number' ? watch.pauseMs : watch.pauseMs(sight));
  }
}

/** How a watch ends that only asks whether the job runs. */
export type PlainEnd =
  | { state: 'running' }
  | { state: 'wrong-path'; restoredPath: string | undefined }
  | { state: 'failing' | 'late'; why: string };

/** `enough`: whether all tasks must run, or a checkpoint of its own must have been seen as well. */
export function plainEnd({ verdict, late }: Sight, enough: 'all-running' | 'confirmed'): PlainEnd | undefined {
  if (verdict.state === 'confirmed' || verdict.state === enough) return { state: 'running' };
  if (verdict.state === 'wrong-path') return { state: 'wrong-path', restoredPath: verdict.restoredPath };
  if (verdict.state === 'failing') return { state: 'failing', why: verdict.why };
  if (!late) return undefined;
  return { state: 'late', why: verdict.state === 'starting' ? verdict.why : 'it has no recent checkpoint' };
}
