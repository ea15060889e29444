/** Who feeds whom within a tier: a job belongs to a level above all jobs that feed it, so that they start before it. */

export interface Fed {
  /** `namespace/name`. */
  key: string;
  /** Keys of the jobs that feed it; those that are not among the jobs given do not count. */
  upstream: readonly string[];
}

/**
 * Each level is a wave, and a wave costs a round trip: a longer chain has its end in the last level together. More
 * would also make the list of batches too long for a workflow's payload.
 */
export const maxLevels = 20;

/**
 * The level of each job, from 0. A circle has no first job: the one of its jobs with the smallest key does not wait
 * for the one before it, and a note says so.
 */
export function lineageLevels(jobs: readonly Fed[]): { levels: Map<string, number>; notes: string[] } {
  const keys = jobs.map(({ key }) => key).toSorted();
  const feeders = new Map(jobs.map(({ key }) => [key, new Set<string>()]));
  const fed = new Map<string, string[]>();
  for (const { key, upstream } of jobs) {
    for (const feeder of upstream) {
      if (!feeders.has(feeder) || feeders.get(key)!.has(feeder)) continue;
      feeders.get(key)!.add(feeder);
      const known = fed.get(feeder);
      if (known) known.push(key);
      else fed.set(feeder, [key]);
    }
  }
  const levels = new Map<string, number>();
  const lowest = new Map<string, number>();
  const notes: string[] = [];
  const ready = keys.filter((key) => feeders.get(key)!.size === 0);
  let smallest = 0;
  let cut = false;
  while (levels.size < jobs.length) {
    const key = ready.pop();
    if (key === undefined) {
      while (levels.has(keys[smallest]!)) smallest += 1;
      const { job, feeder, circle } = circleFrom(keys[smallest]!, feeders);
      feeders.get(job)!.delete(feeder);
      if (feeders.get(job)!.size === 0) ready.push(job);
      notes.push(`${tell(circle)} feeds ${job}: ${job} does not wait for ${feeder}`);
      // The edge is gone from one side only: its feeder must not count it again.
      fed.set(
        feeder,
        fed.get(feeder)!.filter((one) => one !== job),
      );
      continue;
    }
    const level = Math.min(lowest.get(key) ?? 0, maxLevels - 1);
    cut ||= (lowest.get(key) ?? 0) >= maxLevels;
    levels.set(key, level);
    for (const next of fed.get(key) ?? []) {
      lowest.set(next, Math.max(lowest.get(next) ?? 0, level + 1));
      feeders.get(next)!.delete(key);
      if (feeders.get(next)!.size === 0) ready.push(next);
    }
  }
  if (cut) notes.push(`lineage is deeper than ${maxLevels} levels: the jobs at its end start together`);
  return { levels, notes };
}

/** A circle of thousands would be a note that nobody reads. */
function tell(circle: readonly string[]): string {
  const shown = circle.length <= 6 ? circle : [...circle.slice(0, 4), `${circle.length - 5} more`, ...circle.slice(-1)];
  return shown.join(' feeds ');
}

/** Walks upstream until a job comes twice; each job that is left has a feeder that is left, so one does. */
function circleFrom(start: string, feeders: Map<string, Set<string>>) {
  const path: string[] = [];
  const seen = new Map<string, number>();
  let key = start;
  while (!seen.has(key)) {
    seen.set(key, path.length);
    path.push(key);
    key = [...feeders.get(key)!].reduce((least, one) => (one < least ? one : least));
  }
  // The path goes upstream; a circle is told in the direction in which the data flows, from its smallest job.
  const downstream = path.slice(seen.get(key)).reverse();
  const job = downstream.reduce((least, one) => (one < least ? one : least));
  const at = downstream.indexOf(job);
  const circle = [...downstream.slice(at), ...downstream.slice(0, at)];
  return { job, feeder: circle.at(-1)!, circle };
}
