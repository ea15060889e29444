/**
 * HTML that is safe by construction: in an `markup` template every value is escaped, except other `Html`.
 * Names, reasons and paths in a report come from clusters, and a cluster is not trusted to write into our page.
 */

/** A piece of finished HTML. Only `markup` makes it from outside text; `trusted` is for our own constants. */
export interface Html {
  readonly html: string;
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/**
 * C0 and C1 controls but tab and line ends, and the marks that turn the direction of writing: with those a name can
 * be shown as another than it is. Lone surrogates would not survive UTF-8.
 */
// oxlint-disable-next-line no-control-regex
const deceivingPattern = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;

/** Text as HTML, for element content and for attribute values in quotes. */
export function escapeHtml(text: string): string {
  return text
    .toWellFormed()
    .replace(deceivingPattern, '\ufffd')
    .replace(/[&<>"']/g, (character) => entities[character]!);
}

export type HtmlValue = Html | string | number | readonly HtmlValue[];

/** Template tag: escapes strings, joins lists, and takes `Html` as it is. */
export function markup(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  let out = parts[0]!;
  values.forEach((value, index) => (out += toHtml(value) + parts[index + 1]!));
  return { html: out };
}

function toHtml(value: HtmlValue): string {
  if (typeof value === 'string') return escapeHtml(value);
  if (typeof value === 'number') return String(value);
  if ('html' in value) return value.html;
  return value.map(toHtml).join('');
}

/** Our own constant markup. Never for anything that was read from outside. */
export function trusted(markup: string): Html {
  return { html: markup };
}

/** Nothing. */
export const nothing: Html = { html: '' };
