/**
 * Which peer of a zone has a job's standby, and which is to have it: two questions, each with one order of what counts.
 *
 * 1. Where it is: what is written at home, else what the peers' stores have noted, else where a standby was seen. A round
 *    writes it at home last, when the standby is whole; notes are for those who cannot ask the home zone.
 * 2. Where it is to be: where its owner wishes, else where it is if that is still a peer, else where there is most room.
 *
 * Who asks only about today's recovery points leaves the wish out: they move with the next round.
 */
import type { Config } from '../config/types.ts';
import type { FlinkDeployment } from '../job/flink-deployment.ts';
import { annotations } from '../job/marks.ts';

export interface StandbySigns {
  /** The mark on the job's object at home: see `writtenPeer`. */
  written?: string | undefined;
  /** The newest note in the stores of the peers. */
  noted?: string | undefined;
  /** A zone in which a standby was seen. */
  seen?: string | undefined;
}

/** The mark of a round on the job's object at home. */
export function writtenPeer({ metadata }: Pick<FlinkDeployment, 'metadata'>): string | undefined {
  return metadata.annotations?.[annotations.standbyIn];
}

/**
 * Where it is. `counts` tells which zones may: a job whose peers were changed in the configuration has its recovery points
 * in a zone that is none any more; who lists or chooses among peers counts these alone. Undefined where nothing tells.
 */
export function standbyIsIn(
  { written, noted, seen }: StandbySigns,
  counts: (zone: string) => boolean,
): string | undefined {
  return [written, noted, seen].find((zone) => zone !== undefined && counts(zone));
}

/** Where it is to be; undefined where nothing tells, so that a peer must be chosen. */
export function standbyBelongsIn(
  { wish, now, chosen }: { wish?: string | undefined; now?: string | undefined; chosen?: string | undefined },
  peers: readonly string[],
): string | undefined {
  const stays = now !== undefined && peers.includes(now) ? now : undefined;
  return wish ?? stays ?? chosen;
}

/** Counts every zone of the configuration but the job's own, which is named where it has come from. */
export function anyOtherZone({ zones }: Pick<Config, 'zones'>, home: string): (zone: string) => boolean {
  return (zone) => zone !== home && zones[zone] !== undefined;
}
