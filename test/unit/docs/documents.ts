/** Reading the Markdown documents of the repository for the tests that hold them against the code. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const repoRoot = fileURLToPath(new URL('../../..', import.meta.url));

/** The text of a document, by its path from the repository's root. */
export function readDocument(path: string): string {
  return readFileSync(`${repoRoot}/${path}`, 'utf8');
}

/** The rows of all tables of a document whose head starts with `head`; cells as written, without head and rule. */
export function tableRows(text: string, head: readonly string[]): string[][] {
  const rows: string[][] = [];
  let inside = false;
  for (const line of outsideBlocks(text).split('\n')) {
    if (!line.startsWith('|')) {
      inside = false;
      continue;
    }
    const cells = cellsOf(line);
    if (head.every((title, index) => cells[index] === title)) inside = true;
    else if (inside && !cells.every((cell) => /^:?-+:?$/.test(cell))) rows.push(cells);
  }
  return rows;
}

/** Cells of one line; `\|` is a bar inside a cell. */
function cellsOf(line: string): string[] {
  return line
    .trim()
    .replace(/^\||\|$/g, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll('\\|', '|'));
}

/** The text of a cell that is one piece of code; undefined for any other cell. */
export function codeOf(cell: string | undefined): string | undefined {
  return /^`([^`]+)`$/.exec(cell ?? '')?.[1];
}

export interface CodeBlock {
  language: string;
  text: string;
}

const fence = /^```(\w*)\n(.*?)^```$/gms;

/** The fenced blocks of a document, in their order. */
export function codeBlocks(text: string): CodeBlock[] {
  return [...text.matchAll(fence)].map(([, language = '', block = '']) => ({ language, text: block }));
}

/** The document without its fenced blocks. */
export function outsideBlocks(text: string): string {
  return text.replace(fence, '');
}

/** Targets of links and pictures that point into the repository, without their anchors. */
export function relativeLinks(text: string): string[] {
  const targets = [...outsideBlocks(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  return targets.filter((target) => !/^(?:[a-z]+:|#)/.test(target)).map((target) => target.replace(/#.*$/, ''));
}
