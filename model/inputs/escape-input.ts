/** What starts an escape: one plain JSON object, every field optional but the zone, so that a form can send it. */
import { parseDurationMs } from '../duration.ts';
import { isJobKey } from '../job/job.ts';
import { parseLabelSelector } from '../job/label-selector.ts';
import { isTier, type Tier } from '../job/tier.ts';

export interface EscapeInput {
  /** The lost zone: all its clusters, or the one of this name. */
  zone: string;
  /** Only this cluster of the zone. */
  cluster?: string;
  /** Name of the incident: the same one twice is one escape. Defaults to the workflow's id. */
  incident?: string;
  /** Gather, decide, show; change nothing. */
  dryRun?: boolean;
  /** Only these tiers. */
  tiers?: Tier[];
  /** Only jobs of these namespaces. */
  namespaces?: string[];
  /** Only jobs with these labels, as `kubectl -l` takes them: "team=payments,env!=dev". */
  selector?: string;
  /** Only these jobs, as `namespace/name`. */
  jobs?: string[];
  /** When the zone was lost, ISO 8601; the moment of the trigger when absent. Ages of state are counted to it. */
  lostAt?: string;
  /** Measure against this instead of the configured budget, such as "10m". */
  budget?: string;
  /** Wait for somebody's approval before anything is changed. What the configuration asks for cannot be waived. */
  approval?: true | 'required';
  /** Who asked, and by what: cli, ui, api, drill. */
  by?: string;
  via?: string;
}

interface Rule {
  is: string;
  holds(value: unknown): boolean;
  /** More about a value that does not hold, where there is more to say. */
  why?(value: unknown): string | undefined;
}

/** What each field must be. Only the zone must be there. */
const rules: Record<keyof EscapeInput, Rule> = {
  zone: { is: 'the name of the lost zone', holds: isShortText },
  cluster: { is: 'the name of one cluster of the zone', holds: isShortText },
  incident: { is: 'a text of 1 to 200 characters', holds: isShortText },
  dryRun: { is: 'true or false', holds: (value) => typeof value === 'boolean' },
  tiers: { is: 'a list of tiers such as ["P0", "P1"]', holds: (value) => isListOf(value, isTier) },
  namespaces: { is: 'a list of namespace names', holds: (value) => isListOf(value, isShortText) },
  selector: {
    is: 'a label selector such as "team=payments,env!=dev"',
    holds: (value) => typeof value === 'string' && selectorProblem(value) === undefined,
    why: (value) => (typeof value === 'string' ? selectorProblem(value) : undefined),
  },
  jobs: { is: 'a list of at most 500 namespace/name', holds: isJobList },
  lostAt: {
    is: 'a time such as 2026-11-21T03:00:00Z',
    holds: (value) => isShortText(value) && !Number.isNaN(Date.parse(value)),
  },
  budget: { is: 'a duration such as "10m"', holds: (value) => isShortText(value) && Boolean(parseDurationMs(value)) },
  approval: { is: 'true or "required"', holds: (value) => value === true || value === 'required' },
  by: { is: 'a text of 1 to 200 characters', holds: isShortText },
  via: { is: 'a text of 1 to 200 characters', holds: isShortText },
};

/**
 * Every complaint about an input, as sentences; empty when it is fine. Runs inside workflows (the Web UI's form has no
 * check of its own), so it is written without a schema library.
 */
export function complaintsAboutEscapeInput(input: unknown): string[] {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    return ['the input must be a JSON object such as {"zone": "az-a"}'];
  }
  const given = input as Record<string, unknown>;
  const unknown = Object.keys(given)
    .filter((field) => !Object.hasOwn(rules, field))
    .map((field) => `"${field}" is not a field; fields are ${Object.keys(rules).join(', ')}`);
  const wrong = Object.entries(rules)
    .filter(([field, rule]) => (given[field] === undefined ? field === 'zone' : !rule.holds(given[field])))
    .map(([field, rule]) => {
      const why = rule.why?.(given[field]);
      return `"${field}" must be ${rule.is}${why === undefined ? '' : `: ${why}`}`;
    });
  return [...unknown, ...wrong];
}

/** Why a label selector cannot be read; undefined for one that can. */
export function selectorProblem(text: string): string | undefined {
  const parsed = parseLabelSelector(text);
  return 'problem' in parsed ? parsed.problem : undefined;
}

function isJobList(value: unknown): boolean {
  return isListOf(value, (job) => isShortText(job) && isJobKey(job)) && (value as unknown[]).length <= 500;
}

function isShortText(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= 200;
}

function isListOf(value: unknown, isItem: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.length > 0 && value.every(isItem);
}

/** Id of an escape and of its report: the same for a zone and an incident, whoever asks. */
export function escapeIdOf(zone: string, incident: string): string {
  return `${zone}-${idPart(incident)}`;
}

/**
 * A text fit for a part of an id or a path: everything else becomes `-`. A text that had to be changed gets a checksum
 * of the whole at its end, so that "INC 7" and "INC-7" stay two.
 */
export function idPart(text: string): string {
  const fit = text
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
    .slice(0, 100);
  return fit === text && fit !== '' ? fit : [fit, checksum(text)].filter((part) => part !== '').join('-');
}

/** FNV-1a, 32 bits, as eight hex digits. */
export function checksum(text: string): string {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
