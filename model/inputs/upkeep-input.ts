/** What starts the upkeep of a zone's recovery points: one plain JSON object, every field optional but the zone. */

export interface RetainInput {
  /** The zone whose jobs they belong to; they lie in its peer. */
  zone: string;
  /** Only these jobs, as `namespace/name`. */
  jobs?: string[];
  /** Say what would be deleted; delete nothing. */
  dryRun?: boolean;
}

export interface RecheckInput {
  /** The zone whose jobs they belong to; they lie in its peer. */
  zone: string;
  /** Only these jobs, as `namespace/name`. */
  jobs?: string[];
  /** Read every file, not only a sample. */
  all?: boolean;
}

/** Every complaint about an input with these fields of true or false beside `zone` and `jobs`. Runs inside workflows. */
export function complaintsAboutUpkeepInput(input: unknown, flags: readonly string[]): string[] {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    return ['the input must be a JSON object such as {"zone": "az-a"}'];
  }
  const given = input as Record<string, unknown>;
  const fields = ['zone', 'jobs', ...flags];
  const complaints = Object.keys(given)
    .filter((field) => !fields.includes(field))
    .map((field) => `"${field}" is not a field; fields are ${fields.join(', ')}`);
  if (typeof given['zone'] !== 'string' || given['zone'] === '') {
    complaints.push('"zone" is missing: the name of the zone whose jobs they are');
  }
  const jobs = given['jobs'];
  const isJob = (job: unknown) => typeof job === 'string' && /^[^/\s]+\/[^/\s]+$/.test(job);
  if (jobs !== undefined && !(Array.isArray(jobs) && jobs.length > 0 && jobs.every(isJob))) {
    complaints.push('"jobs" must be a list of namespace/name');
  }
  for (const flag of flags) {
    if (given[flag] !== undefined && typeof given[flag] !== 'boolean')
      complaints.push(`"${flag}" must be true or false`);
  }
  return complaints;
}
