/** What starts a round of protection: one plain JSON object, every field optional but the zone. */

export interface ProtectInput {
  /** The zone whose jobs are protected. */
  zone: string;
  /** Only these jobs, as `namespace/name`. */
  jobs?: string[];
}

/** Every complaint about an input, as sentences; empty when it is fine. Runs inside workflows. */
export function complaintsAboutProtectInput(input: unknown): string[] {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    return ['the input must be a JSON object such as {"zone": "az-a"}'];
  }
  const given = input as Record<string, unknown>;
  const complaints = Object.keys(given)
    .filter((field) => field !== 'zone' && field !== 'jobs')
    .map((field) => `"${field}" is not a field; fields are zone, jobs`);
  if (typeof given['zone'] !== 'string' || given['zone'] === '') {
    complaints.push('"zone" is missing: the name of the zone to protect');
  }
  const jobs = given['jobs'];
  const isJob = (job: unknown) => typeof job === 'string' && /^[^/\s]+\/[^/\s]+$/.test(job);
  if (jobs !== undefined && !(Array.isArray(jobs) && jobs.length > 0 && jobs.every(isJob))) {
    complaints.push('"jobs" must be a list of namespace/name');
  }
  return complaints;
}
