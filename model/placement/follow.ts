/**
 * What becomes of a standby whose job its owner ended: marked at once, so that no escape starts it again, and removed
 * after a grace. Only what the home zone's API server says of the job counts: silence is no answer.
 */
import type { FlinkDeployment } from '../job/flink-deployment.ts';
import { annotations, labels } from '../job/marks.ts';

export type Ended = 'deleted' | 'suspended';

export type Following =
  | { act: 'nothing' }
  /** `mark` is the annotation's value. */
  | { act: 'mark'; ended: Ended; mark: string }
  | { act: 'unmark' }
  | { act: 'remove'; ended: Ended; since: string };

/** Fewer standbys than this are believed to be deleted together. */
const fewStandbys = 10;

/** `home` is the job's object in its home zone, undefined when the API server there has none. */
export function followStandby(
  standby: FlinkDeployment,
  home: FlinkDeployment | undefined,
  at: { nowMs: number; forgetAfterMs: number },
): Following {
  const ended = home === undefined ? 'deleted' : isSuspendedByOwner(home) ? 'suspended' : undefined;
  const written = standby.metadata.annotations?.[annotations.ended];
  if (ended === undefined) return written === undefined ? { act: 'nothing' } : { act: 'unmark' };
  const known = readEnded(standby);
  if (known?.ended !== ended) {
    return { act: 'mark', ended, mark: `${ended} since ${new Date(at.nowMs).toISOString()}` };
  }
  // The standby of a suspended job costs nothing and serves again; a twin runs all the time.
  const goes = ended === 'deleted' || standby.metadata.labels?.[labels.role] === 'twin';
  const isOver = at.nowMs - Date.parse(known.since) >= at.forgetAfterMs;
  return goes && isOver ? { act: 'remove', ended, since: known.since } : { act: 'nothing' };
}

/** What the mark on a standby says; undefined without a readable one. */
export function readEnded({ metadata }: FlinkDeployment): { ended: Ended; since: string } | undefined {
  const [, ended, since] =
    /^(deleted|suspended) since (\d{4}-\S+)$/.exec(metadata.annotations?.[annotations.ended] ?? '') ?? [];
  if (since === undefined || Number.isNaN(Date.parse(since))) return undefined;
  return { ended: ended as Ended, since };
}

/** More than half of a zone's jobs gone at once is rather an API server that lost its data than their owners' will. */
export function deletionsAreBelievable(deleted: number, standbys: number): boolean {
  return deleted < fewStandbys || deleted * 2 <= standbys;
}

/** Not by us: jobs that left the zone are standbys there, and those that made room carry a mark. */
function isSuspendedByOwner({ metadata, spec }: FlinkDeployment): boolean {
  if ((metadata.labels?.[labels.role] ?? 'active') !== 'active') return false;
  return spec.job?.state === 'suspended' && metadata.annotations?.[annotations.preemptedBy] === undefined;
}
