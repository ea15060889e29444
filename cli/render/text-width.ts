/** How wide text is on a terminal, and text made to fit. Colour sequences (SGR) take no room and stay whole. */

// oxlint-disable-next-line no-control-regex
const sgrPattern = /\x1b\[[\d;]*m/g;
// oxlint-disable-next-line no-control-regex
const sgrOrCharacter = /(\x1b\[[\d;]*m)|([\s\S])/gu;

/**
 * Text from outside, safe to print on one line: a job's reason may carry terminal sequences that move the cursor, set
 * the window's title or turn the direction of writing. Line ends and tabs become a space.
 */
export function printable(text: string): string {
  return (
    text
      .toWellFormed()
      .replace(/\s+/g, ' ')
      // oxlint-disable-next-line no-control-regex
      .replace(/[\0-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g, '\ufffd')
  );
}

/** The columns that a text takes: combining marks none, East Asian wide characters and emoji two. */
export function textWidth(text: string): number {
  let width = 0;
  for (const character of text.replace(sgrPattern, '')) width += characterWidth(character);
  return width;
}

/** The text, or as much of it as fits with "…" at its end. Keeps colour sequences, so that a colour is always closed. */
export function truncate(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  if (width <= 0) return '';
  let used = 0;
  let isCut = false;
  let out = '';
  for (const [, sequence, character] of text.matchAll(sgrOrCharacter)) {
    if (sequence !== undefined) out += sequence;
    else if (!isCut && used + characterWidth(character!) <= width - 1) {
      out += character!;
      used += characterWidth(character!);
    } else if (!isCut) {
      isCut = true;
      out += '…';
    }
  }
  return out;
}

/** The same for texts whose end tells most, such as paths; such texts have no colour yet. */
export function truncateStart(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  const kept: string[] = [];
  let used = 1;
  for (const character of Array.from(text).toReversed()) {
    used += characterWidth(character);
    if (used > width) break;
    kept.push(character);
  }
  return width <= 0 ? '' : `…${kept.toReversed().join('')}`;
}

/** The text made exactly `width` columns wide, cut or filled with spaces. */
export function pad(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const cut = truncate(text, width);
  const fill = ' '.repeat(Math.max(0, width - textWidth(cut)));
  return align === 'left' ? cut + fill : fill + cut;
}

/** Lines of at most `width` columns, broken at spaces; a longer word is broken where it must. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').flatMap((whole) => breakWord(whole, Math.max(1, width)))) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && textWidth(longer) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}

function breakWord(word: string, width: number): string[] {
  if (textWidth(word) <= width) return [word];
  const pieces: string[] = [];
  let piece = '';
  for (const character of word) {
    if (piece !== '' && textWidth(piece + character) > width) {
      pieces.push(piece);
      piece = '';
    }
    piece += character;
  }
  return [...pieces, piece];
}

const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;

function characterWidth(character: string): number {
  if (/[\p{Mn}\p{Me}\p{Cf}]/u.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
}
