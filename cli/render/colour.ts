/** Colour for terminals: only on one, and never against NO_COLOR (no-color.org). Colour repeats words, nothing more. */

export type Paint = (text: string) => string;

export interface Colours {
  red: Paint;
  green: Paint;
  yellow: Paint;
  dim: Paint;
  bold: Paint;
}

/** Colours that do nothing: for files, pipes and tests. */
export const plainColours: Colours = { red: same, green: same, yellow: same, dim: same, bold: same };

/** Colours for a stream, plain unless it is a terminal that may show them. */
export function coloursFor(
  stream: { isTTY?: boolean },
  env: Record<string, string | undefined> = process.env,
): Colours {
  const plain = stream.isTTY !== true || (env.NO_COLOR ?? '') !== '' || env.TERM === 'dumb';
  if (plain) return plainColours;
  return { red: sgr(31, 39), green: sgr(32, 39), yellow: sgr(33, 39), dim: sgr(2, 22), bold: sgr(1, 22) };
}

function same(text: string): string {
  return text;
}

function sgr(on: number, off: number): Paint {
  return (text) => (text === '' ? '' : `\x1b[${on}m${text}\x1b[${off}m`);
}
