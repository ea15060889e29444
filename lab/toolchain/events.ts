/** What a caller hears while the toolchain is made. */
import type { Source, StepState } from './stamp.ts';

/** One step of the plan. */
export interface PlannedStep {
  name: string;
  title: string;
  /** Steps of different lanes run side by side. */
  lane: number;
  reason: StepState;
  /** With empty caches, in seconds. */
  estimatedSeconds: number;
}

export type ToolchainEvent =
  | { kind: 'planned'; steps: readonly PlannedStep[]; done: number }
  | { kind: 'waiting'; step: string; otherPid: string }
  | { kind: 'started'; step: string }
  | { kind: 'made'; step: string; source: Source; version?: string; seconds: number; bytes: number }
  /** Another run made it while this one waited. */
  | { kind: 'made elsewhere'; step: string }
  | { kind: 'failed'; step: string }
  /** The run was aborted, or a step of the other lane failed. */
  | { kind: 'stopped'; step: string };
