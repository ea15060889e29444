/** What starts an escape: one plain JSON object, every field optional but the zone, so that a form can send it. */
import { parseDurationMs } from '../duration.ts';
import { isTier, type Tier } from '../tier.ts';

export interface EscapeInput {
  /** The lost zone. */
  zone: string;
  /** Name of the incident: the same one twice is one escape. Defaults to the workflow's id. */
  incident?: string;
  /** Gather, decide, show; change nothing. */
  dryRun?: boolean;
  /** Only these tiers. */
  tiers?: Tier[];
  /** Only jobs of these namespaces. */
  namespaces?: string[];
  /** When the zone was lost, ISO 8601; the moment of the trigger when absent. Ages of state are counted to it. */
  lostAt?: string;
  /** Measure against this instead of the configured budget, such as "10m". */
  budget?: string;
  /** Who asked, and by what: cli, ui, api, drill. */
  by?: string;
  via?: string;
}

const fields = ['zone', 'incident', 'dryRun', 'tiers', 'namespaces', 'lostAt', 'budget', 'by', 'via'] as const;

/**
 * Every complaint about an input, as sentences; empty when it is fine. Runs inside workflows (the Web UI's form has no
 * check of its own), so it is written without a schema library.
 */
export function complaintsAboutEscapeInput(input: unknown): string[] {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    return ['the input must be a JSON object such as {"zone": "az-a"}'];
  }
  const given = input as Record<string, unknown>;
  const complaints = Object.keys(given)
    .filter((field) => !(fields as readonly string[]).includes(field))
    .map((field) => `"${field}" is not a field; fields are ${fields.join(', ')}`);
  if (typeof given['zone'] !== 'string' || given['zone'] === '')
    complaints.push('"zone" is missing: the name of the lost zone');
  for (const field of ['incident', 'by', 'via'] as const) {
    if (given[field] !== undefined && !isShortText(given[field]))
      complaints.push(`"${field}" must be a text of 1 to 200 characters`);
  }
  if (given['dryRun'] !== undefined && typeof given['dryRun'] !== 'boolean')
    complaints.push('"dryRun" must be true or false');
  if (given['tiers'] !== undefined && !isListOf(given['tiers'], isTier)) {
    complaints.push('"tiers" must be a list of P0, P1, P2, P3, without quotes around the list');
  }
  if (given['namespaces'] !== undefined && !isListOf(given['namespaces'], isShortText)) {
    complaints.push('"namespaces" must be a list of namespace names');
  }
  if (given['lostAt'] !== undefined && !(isShortText(given['lostAt']) && !Number.isNaN(Date.parse(given['lostAt'])))) {
    complaints.push('"lostAt" must be a time such as 2026-11-21T03:00:00Z');
  }
  if (given['budget'] !== undefined && !(isShortText(given['budget']) && parseDurationMs(given['budget']))) {
    complaints.push('"budget" must be a duration such as "10m"');
  }
  return complaints;
}

function isShortText(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= 200;
}

function isListOf(value: unknown, isItem: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.length > 0 && value.every(isItem);
}

/** A text fit for a part of an id or a path: everything else becomes `-`. */
export function idPart(text: string): string {
  return (
    text
      .replace(/[^A-Za-z0-9._-]+/g, '-')
      .replace(/^[-.]+|[-.]+$/g, '')
      .slice(0, 100) || 'unnamed'
  );
}
