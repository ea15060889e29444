/** What starts giving back: one plain JSON object, every field optional but the zone. */

export interface GiveBackInput {
  /** The zone in which jobs were suspended to make room. */
  zone: string;
  /** Only these jobs, as `namespace/name`. */
  jobs?: string[];
  /** Say who has room again, change nothing. */
  dryRun?: boolean;
}

/** Every complaint about an input, as sentences; empty when it is fine. Runs inside workflows. */
export function complaintsAboutGiveBackInput(input: unknown): string[] {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    return ['the input must be a JSON object such as {"zone": "az-b"}'];
  }
  const { zone, jobs, dryRun, ...others } = input as Record<string, unknown>;
  const complaints = Object.keys(others).map((field) => `"${field}" is not a field; fields are zone, jobs, dryRun`);
  if (typeof zone !== 'string' || zone === '') complaints.push('"zone" is missing: where jobs made room');
  const isJob = (job: unknown) => typeof job === 'string' && /^[^/\s]+\/[^/\s]+$/.test(job);
  if (jobs !== undefined && !(Array.isArray(jobs) && jobs.length > 0 && jobs.every(isJob))) {
    complaints.push('"jobs" must be a list of namespace/name');
  }
  if (dryRun !== undefined && typeof dryRun !== 'boolean') complaints.push('"dryRun" must be true or false');
  return complaints;
}
