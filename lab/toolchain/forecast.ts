/** How far the making of the toolchain is and how long the rest may take: a pure state that events move on. */
import type { PlannedStep, ToolchainEvent } from './events.ts';

export interface StepProgress extends PlannedStep {
  phase: 'planned' | 'waiting' | 'running' | 'ended' | 'failed';
  /** Since when it runs or waits, on the caller's clock. */
  sinceMs?: number;
  /** Wall time of a step that was really made here; absent for what was found or came from elsewhere. */
  builtSeconds?: number;
  otherPid?: string;
}

export interface ToolchainProgress {
  steps: readonly StepProgress[];
}

/** Bounds of the factor between estimate and measure: one odd step must not throw the forecast off. */
const leastFactor = 0.1;
const mostFactor = 5;

/** The state after an event. */
export function advance(progress: ToolchainProgress, event: ToolchainEvent, nowMs: number): ToolchainProgress {
  if (event.kind === 'planned') return { steps: event.steps.map((step) => ({ ...step, phase: 'planned' })) };
  return { steps: progress.steps.map((step) => (step.name === event.step ? stepAfter(step, event, nowMs) : step)) };
}

function stepAfter(
  step: StepProgress,
  event: Exclude<ToolchainEvent, { kind: 'planned' }>,
  nowMs: number,
): StepProgress {
  switch (event.kind) {
    case 'waiting':
      return { ...step, phase: 'waiting', sinceMs: nowMs, otherPid: event.otherPid };
    case 'started':
      return { ...step, phase: 'running', sinceMs: nowMs };
    case 'made':
      return { ...step, phase: 'ended', ...(event.source === 'built' ? { builtSeconds: event.seconds } : {}) };
    case 'made elsewhere':
      return { ...step, phase: 'ended' };
    case 'failed':
    case 'stopped':
      return { ...step, phase: 'failed' };
  }
}

/** Seconds until the slowest lane ends, by the estimates scaled with what that lane's steps really took. */
export function remainingSeconds(progress: ToolchainProgress, nowMs: number): number {
  const lanes = Map.groupBy(progress.steps, (step) => step.lane);
  return Math.max(0, ...[...lanes.values()].map((lane) => remainingOfLane(lane, nowMs)));
}

function remainingOfLane(lane: readonly StepProgress[], nowMs: number): number {
  const built = lane.filter((step) => step.builtSeconds !== undefined);
  const took = sum(built.map((step) => step.builtSeconds ?? 0));
  const estimated = sum(built.map((step) => step.estimatedSeconds));
  const factor = estimated > 0 ? Math.min(mostFactor, Math.max(leastFactor, took / estimated)) : 1;
  return sum(lane.filter((step) => step.phase !== 'ended').map((step) => remainingOfStep(step, factor, nowMs)));
}

function remainingOfStep(step: StepProgress, factor: number, nowMs: number): number {
  const expected = step.estimatedSeconds * factor;
  if (step.sinceMs === undefined) return expected;
  const elapsed = (nowMs - step.sinceMs) / 1000;
  // A step that is over its time will more likely go on for a while than end this moment.
  return Math.max(expected - elapsed, elapsed / 10);
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
