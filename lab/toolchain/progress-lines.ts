/** The words of the toolchain's progress. */
import type { ToolchainEvent } from './events.ts';
import { remainingSeconds } from './forecast.ts';
import type { StepProgress, ToolchainProgress } from './forecast.ts';

/** `4 s`, `3 min 20 s`, `12 min` */
export function formatSeconds(seconds: number): string {
  const whole = Math.round(seconds);
  const minutes = Math.floor(whole / 60);
  if (minutes === 0) return `${whole} s`;
  return minutes >= 10 || whole % 60 === 0 ? `${Math.round(whole / 60)} min` : `${minutes} min ${whole % 60} s`;
}

/** `101 MB`, `3 KB` */
export function formatBytes(bytes: number): string {
  return bytes >= 1e6 ? `${Math.round(bytes / 1e6)} MB` : `${Math.ceil(bytes / 1e3)} KB`;
}

/** `toolchain: 4 of 17 steps done, about 9 min left` */
export function summaryLine(progress: ToolchainProgress, nowMs: number): string {
  const ended = progress.steps.filter((step) => step.phase === 'ended').length;
  const left = formatSeconds(remainingSeconds(progress, nowMs));
  return `toolchain: ${ended} of ${progress.steps.length} steps done, about ${left} left`;
}

/** One line for each step that runs or waits. */
export function runningLines(progress: ToolchainProgress, nowMs: number): string[] {
  return progress.steps
    .filter((step) => step.phase === 'running' || step.phase === 'waiting')
    .map((step) => `  ${runningLine(step, nowMs)}`);
}

function runningLine(step: StepProgress, nowMs: number): string {
  const elapsed = formatSeconds((nowMs - (step.sinceMs ?? nowMs)) / 1000);
  if (step.phase === 'waiting')
    return `${step.title}: another run (process ${step.otherPid}) is at it, waiting for ${elapsed}`;
  return `${step.title}: ${elapsed}`;
}

/** The line that an event leaves for good, or undefined if it leaves none. */
export function eventLine(progress: ToolchainProgress, event: ToolchainEvent): string | undefined {
  if (event.kind === 'planned') {
    if (event.steps.length === 0) return 'toolchain: all tools are there';
    const first = event.steps.every((step) => step.reason === 'never made');
    return `toolchain: ${event.steps.length} of ${event.steps.length + event.done} steps to do${
      first ? ' (once; they stay in the cache)' : ''
    }`;
  }
  const title = progress.steps.find((step) => step.name === event.step)?.title ?? event.step;
  switch (event.kind) {
    case 'waiting':
      return `  ${title}: another run (process ${event.otherPid}) is at it, waiting`;
    case 'started':
      return undefined;
    case 'made':
      return `  ${title}${event.version === undefined ? '' : ` ${event.version}`}: ${madeWords[event.source]}, ${formatSeconds(event.seconds)}, ${formatBytes(event.bytes)}`;
    case 'made elsewhere':
      return `  ${title}: made by the other run`;
    case 'failed':
      return `  ${title}: failed`;
    case 'stopped':
      return `  ${title}: stopped`;
  }
}

const madeWords = { built: 'made', kept: 'in the cache already, taken over', found: 'found on this machine' } as const;
