/** Shows the toolchain's progress: redrawn in place on a terminal, single lines elsewhere. */
import type { WriteStream } from 'node:tty';
import type { ToolchainEvent } from './events.ts';
import { advance } from './forecast.ts';
import type { ToolchainProgress } from './forecast.ts';
import { eventLine, runningLines, summaryLine } from './progress-lines.ts';

export interface ProgressPrinter {
  onProgress: (event: ToolchainEvent) => void;
  /** Takes the running lines away; to be called however the toolchain ended. */
  stop(): void;
}

const redrawMs = 500;
/** Where lines stay for good, a log, at most one in this time says what is going on. */
const logLineMs = 15_000;

/** A printer on that stream; diagnostics go to stderr, so that stdout stays free for results. */
export function progressPrinter(stream: WriteStream = process.stderr): ProgressPrinter {
  let progress: ToolchainProgress = { steps: [] };
  let drawn = 0;
  const isTerminal = stream.isTTY;

  const clear = () => {
    if (drawn > 0) stream.write(`\u001B[${drawn}A\u001B[0J`);
    drawn = 0;
  };
  const draw = () => {
    const now = Date.now();
    const lines = runningLines(progress, now);
    if (lines.length === 0) return;
    const block = [...lines, summaryLine(progress, now)];
    if (isTerminal) {
      clear();
      drawn = block.length;
      // A line longer than the terminal would wrap and break the count of lines to take away.
      stream.write(block.map((line) => `${line.slice(0, Math.max(20, stream.columns - 1))}\n`).join(''));
    } else {
      stream.write(`${block.map((line) => line.trim()).join('; ')}\n`);
    }
  };

  const timer = setInterval(draw, isTerminal ? redrawMs : logLineMs);
  timer.unref();
  return {
    onProgress: (event) => {
      progress = advance(progress, event, Date.now());
      const line = eventLine(progress, event) ?? (isTerminal ? undefined : startLine(progress, event));
      clear();
      if (line !== undefined) stream.write(`${line}\n`);
      if (isTerminal) draw();
    },
    stop: () => {
      clearInterval(timer);
      clear();
    },
  };
}

function startLine(progress: ToolchainProgress, event: ToolchainEvent): string | undefined {
  if (event.kind !== 'started') return undefined;
  const title = progress.steps.find((step) => step.name === event.step)?.title ?? event.step;
  return `  ${title}: started; ${summaryLine(progress, Date.now()).replace('toolchain: ', '')}`;
}
