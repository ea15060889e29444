/** What starts a round of protection: one plain JSON object, every field optional but the zone. */
import { isTier, type Tier } from '../job/tier.ts';

export interface ProtectInput {
  /** The zone whose jobs are protected. */
  zone: string;
  /** Only these jobs, as `namespace/name`. */
  jobs?: string[];
  /** Only jobs of these tiers. */
  tiers?: Tier[];
}

/** Every complaint about an input, as sentences; empty when it is fine. Runs inside workflows. */
export function complaintsAboutProtectInput(input: unknown): string[] {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    return ['the input must be a JSON object such as {"zone": "az-a"}'];
  }
  const given = input as Record<string, unknown>;
  const complaints = Object.keys(given)
    .filter((field) => !['zone', 'jobs', 'tiers'].includes(field))
    .map((field) => `"${field}" is not a field; fields are zone, jobs, tiers`);
  if (typeof given['zone'] !== 'string' || given['zone'] === '') {
    complaints.push('"zone" is missing: the name of the zone to protect');
  }
  const isJob = (job: unknown) => typeof job === 'string' && /^[^/\s]+\/[^/\s]+$/.test(job);
  if (given['jobs'] !== undefined && !isListOf(given['jobs'], isJob)) {
    complaints.push('"jobs" must be a list of namespace/name');
  }
  if (given['tiers'] !== undefined && !isListOf(given['tiers'], isTier)) {
    complaints.push('"tiers" must be a list of tiers such as ["P0", "P1"]');
  }
  return complaints;
}

function isListOf(value: unknown, isItem: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.length > 0 && value.every(isItem);
}
