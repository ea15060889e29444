/**
 * Live progress: on a terminal a block of lines that is redrawn in place, elsewhere (a log, a pipe, CI) plain lines
 * that are printed once. Only what changed is written, in one write, so nothing flickers.
 */
import { textWidth, truncate } from './text-width.ts';

/** What is needed of a stream; process.stdout and process.stderr have it. */
export interface ProgressStream {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
  rows?: number;
}

export interface Progress {
  /** Shows these lines in place of the last ones. */
  update(lines: readonly string[]): void;
  /** Prints a line above the block, for good. */
  log(line: string): void;
  /** Leaves the last lines standing. Nothing may be updated after it. */
  done(): void;
}

export interface ProgressOptions {
  env?: Record<string, string | undefined>;
  /** Milliseconds of a clock that only goes forward. */
  nowMs?: () => number;
}

/** Between two prints where lines cannot be redrawn: a log of ten minutes stays readable. */
const plainIntervalMs = 5_000;

/** Progress on a stream. On a terminal that is dumb or none it falls back to plain lines. */
export function createProgress(stream: ProgressStream, options: ProgressOptions = {}): Progress {
  const env = options.env ?? process.env;
  const nowMs = options.nowMs ?? (() => performance.now());
  if (stream.isTTY !== true || env.TERM === 'dumb') return plainProgress(stream, nowMs);
  return liveProgress(stream, (env.NO_COLOR ?? '') !== '');
}

function plainProgress(stream: ProgressStream, nowMs: () => number): Progress {
  let printed: readonly string[] = [];
  let latest: readonly string[] = [];
  let printedAtMs = -Infinity;
  const print = (): void => {
    const known = new Set(printed);
    const changed = latest.filter((line) => !known.has(line) && line !== '');
    printed = latest;
    if (changed.length === 0) return;
    printedAtMs = nowMs();
    stream.write(`${changed.join('\n')}\n`);
  };
  return {
    update(lines) {
      latest = [...lines];
      if (nowMs() - printedAtMs >= plainIntervalMs) print();
    },
    log: (line) => void stream.write(`${line}\n`),
    done: print,
  };
}

// Terminals that know "synchronized output" show everything in between at once; others ignore it.
const beginFrame = '\x1b[?2026h';
const endFrame = '\x1b[?2026l';
const clearToLineEnd = '\x1b[K';
const clearBelow = '\x1b[J';

function liveProgress(stream: ProgressStream, isColourless: boolean): Progress {
  let drawn: string[] = [];
  // oxlint-disable-next-line no-control-regex
  const uncoloured = (line: string): string => (isColourless ? line.replace(/\x1b\[[\d;]*m/g, '') : line);

  // A terminal that does not know its size says 0.
  const columnsNow = (): number => stream.columns || 80;

  const fit = (lines: readonly string[]): string[] => {
    const width = columnsNow() - 1;
    // A block higher than the screen cannot be redrawn: its first lines have scrolled away for good.
    const height = Math.max(1, (stream.rows || 24) - 1);
    return lines.slice(0, height).map((line) => truncate(uncoloured(line), width));
  };
  /** Rows that the block takes now: a window made narrower since has wrapped its lines. */
  const rowsDrawn = (): number => {
    return drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(textWidth(line) / columnsNow())), 0);
  };
  const toTop = (rows: number): string => (rows > 0 ? `\x1b[${rows}A\r` : '\r');

  return {
    update(lines) {
      const next = fit(lines);
      if (next.length === drawn.length && next.every((line, index) => line === drawn[index])) return;
      const rows = rowsDrawn();
      const hasWrapped = rows !== drawn.length;
      const body = next.map((line, index) =>
        !hasWrapped && line === drawn[index] ? '\n' : `${line}${clearToLineEnd}\n`,
      );
      stream.write(
        `${beginFrame}${toTop(rows)}${hasWrapped ? clearBelow : ''}${body.join('')}${clearBelow}${endFrame}`,
      );
      drawn = next;
    },
    log(line) {
      const block = drawn.map((text) => `${text}${clearToLineEnd}\n`).join('');
      stream.write(`${beginFrame}${toTop(rowsDrawn())}${clearBelow}${uncoloured(line)}\n${block}${endFrame}`);
    },
    done() {
      drawn = [];
    },
  };
}
