/** How fast earlier escapes into a zone went, for the forecast of the next one. */
import { formatDurationMs } from '../duration.ts';
import { nearestRank } from './nearest-rank.ts';
import type { Report, StepName } from './schema.ts';
import type { Schedule } from '../move/expectation.ts';

/** What one escape showed; null where it had too few jobs to tell. */
export interface EscapeMeasure {
  id: string;
  finishedAt: string;
  startsPerSecond: number | null;
  /** What 9 of 10 jobs took at most, from their start until all their tasks ran. */
  timeToRunSeconds: number | null;
  /** What 9 of 10 jobs took at most to make room. */
  makeRoomSeconds: number | null;
}

/** Escapes that count: older ones tell of a zone as it was. */
const maxMeasures = 5;
/** Fewer jobs tell more of chance than of the zone. */
const fewestJobs = 5;
const fewestStarts = 20;

/** The measure of an escape; undefined for a dry run, and where nothing could be told. */
export function measureEscape(report: Report): EscapeMeasure | undefined {
  if (report.kind !== 'escape' || report.dryRun) return undefined;
  const running = report.jobs.filter(({ outcome }) => outcome === 'running');
  const secondsOf = (name: StepName) =>
    running.flatMap(({ steps }) => steps.filter((step) => step.name === name).map(({ seconds }) => seconds));
  const starts = report.jobs.flatMap(({ steps }) => steps.filter(({ name }) => name === 'schedule'));
  const room = report.preempted.flatMap(({ seconds }) => seconds ?? []);
  const measure = {
    id: report.id,
    finishedAt: report.finishedAt,
    startsPerSecond: rateOf(starts.map(({ startedAt, seconds }) => Date.parse(startedAt) + seconds * 1000)),
    timeToRunSeconds: ninetieth(secondsOf('restore')),
    makeRoomSeconds: ninetieth(room),
  };
  const told = [measure.startsPerSecond, measure.timeToRunSeconds, measure.makeRoomSeconds];
  return told.every((value) => value === null) ? undefined : measure;
}

function ninetieth(seconds: readonly number[]): number | null {
  return seconds.length < fewestJobs ? null : nearestRank(seconds, 0.9);
}

/** Starts a second from the first to the last of them, waves and their waits included. */
function rateOf(endsMs: readonly number[]): number | null {
  if (endsMs.length < fewestStarts) return null;
  const sorted = endsMs.toSorted((a, b) => a - b);
  const seconds = (sorted.at(-1)! - sorted[0]!) / 1000;
  return seconds <= 0 ? null : Math.max(0.1, Math.round(((endsMs.length - 1) / seconds) * 10) / 10);
}

/** The newest measures with one more, the newest first. The same escape counts once. */
export function withMeasure(measures: readonly EscapeMeasure[], one: EscapeMeasure): EscapeMeasure[] {
  return [one, ...measures.filter(({ id }) => id !== one.id)]
    .toSorted((a, b) => Date.parse(b.finishedAt) - Date.parse(a.finishedAt))
    .slice(0, maxMeasures);
}

/** Measures as they were written; none where the text is not of that kind. */
export function readMeasures(text: string): EscapeMeasure[] {
  try {
    const read: unknown = JSON.parse(text);
    return Array.isArray(read) ? read.filter(isMeasure) : [];
  } catch {
    return [];
  }
}

function isMeasure(value: unknown): value is EscapeMeasure {
  if (typeof value !== 'object' || value === null) return false;
  const { id, finishedAt, ...figures } = value as Record<string, unknown>;
  const { startsPerSecond, timeToRunSeconds, makeRoomSeconds } = figures;
  const isFigure = (one: unknown) => one === null || (typeof one === 'number' && Number.isFinite(one) && one >= 0);
  const times = typeof finishedAt === 'string' && !Number.isNaN(Date.parse(finishedAt));
  return typeof id === 'string' && times && [startsPerSecond, timeToRunSeconds, makeRoomSeconds].every(isFigure);
}

type Speeds = Required<Pick<Schedule, 'startsPerSecond' | 'timeToRunSeconds' | 'makeRoomSeconds'>>;

/**
 * The speeds to reckon with: of each the slowest that was measured, and the settings where nothing was. `from` says in
 * a sentence which.
 */
export function speedsFrom(
  to: string,
  measures: readonly EscapeMeasure[],
  settings: Speeds,
): { speeds: Speeds; from: string } {
  const of = (name: keyof Speeds) => measures.flatMap((measure) => measure[name] ?? []);
  const rates = of('startsPerSecond').filter((rate) => rate > 0);
  const times = of('timeToRunSeconds');
  const rooms = of('makeRoomSeconds');
  const speeds = {
    startsPerSecond: nearestRank(rates, 0) ?? settings.startsPerSecond,
    timeToRunSeconds: nearestRank(times, 1) ?? settings.timeToRunSeconds,
    makeRoomSeconds: nearestRank(rooms, 1) ?? settings.makeRoomSeconds,
  };
  const by = (measured: readonly number[]) => (measured.length === 0 ? 'by the settings' : 'measured');
  const from = [
    `${speeds.startsPerSecond} starts a second (${by(rates)})`,
    `${formatDurationMs(speeds.timeToRunSeconds * 1000)} until a job runs (${by(times)})`,
  ].join(', ');
  const escapes = measures.length === 1 ? '1 escape' : `${measures.length} escapes`;
  const source = measures.length === 0 ? `no escape into ${to} was measured yet` : `${escapes} into ${to} measured`;
  return { speeds, from: `forecast with ${from}; ${source}` };
}
