/** Gets every tool of the lab onto the machine: plans what is missing, then makes it, lane beside lane. */
import type { PlannedStep, ToolchainEvent } from './events.ts';
import { planToolchain } from './plan.ts';
import type { ToolchainPlan } from './plan.ts';
import { recordFiles, writeStamp } from './stamp.ts';
import { lockStep } from './step-lock.ts';
import { digestOfStep, makeStep, stateOfStep } from './steps.ts';
import { demoToolNames, lanes, toolNamed } from './tools.ts';
import type { Tool } from './tools.ts';

export interface ToolchainOptions {
  /** Names of tools; what `lab up` and the demo need if left out. */
  tools?: readonly string[];
  onProgress?: (event: ToolchainEvent) => void;
  signal?: AbortSignal;
  /** For developers who changed a pom: writes the lists of jar digests instead of checking against them. */
  recordDigests?: boolean;
}

/**
 * What would be made.
 * @throws if a name is none of a tool.
 */
export function toolchainPlan(names: readonly string[] = demoToolNames): ToolchainPlan<Tool> {
  for (const name of names) toolNamed(name);
  return planToolchain(lanes, names, stateOfStep);
}

/**
 * Makes what is missing. May be aborted or killed at any moment and called again; two runs at once share the work,
 * one waiting where the other is at it. What is there already is not touched.
 * @throws the first step's error, after the other lane was stopped; the signal's reason when aborted.
 */
export async function ensureToolchain(options: ToolchainOptions = {}): Promise<void> {
  const plan = toolchainPlan(options.tools);
  const tell = options.onProgress ?? (() => {});
  tell({ kind: 'planned', steps: plannedSteps(plan), done: plan.done.length });

  const failure = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, failure.signal]) : failure.signal;
  const runs = plan.lanes.map(async (lane) => {
    try {
      for (const { tool } of lane) await ensureStep(tool, { ...options, onProgress: tell, signal });
    } catch (error) {
      failure.abort(error);
      throw error;
    }
  });
  await Promise.allSettled(runs);
  if (signal.aborted) throw signal.reason;
}

function plannedSteps(plan: ToolchainPlan<Tool>): PlannedStep[] {
  return plan.lanes.flatMap((steps, lane) =>
    steps.map(({ tool, reason }) => ({
      name: tool.name,
      title: tool.title,
      lane,
      reason,
      estimatedSeconds: tool.seconds,
    })),
  );
}

async function ensureStep(
  tool: Tool,
  options: ToolchainOptions & Required<Pick<ToolchainOptions, 'onProgress' | 'signal'>>,
): Promise<void> {
  const { onProgress: tell, signal } = options;
  const step = tool.name;
  const lock = await lockStep(step, (otherPid) => tell({ kind: 'waiting', step, otherPid }), signal);
  try {
    const digest = digestOfStep(tool);
    if (lock.waited && stateOfStep(tool) === 'done') {
      tell({ kind: 'made elsewhere', step });
      return;
    }
    tell({ kind: 'started', step });
    const startedAt = performance.now();
    const made = await makeStep(tool, { signal, recordDigests: options.recordDigests ?? false }).catch(
      (error: unknown) => {
        tell({ kind: signal.aborted ? 'stopped' : 'failed', step });
        throw error;
      },
    );
    const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
    const files = recordFiles(made.files);
    const version = made.version === undefined ? {} : { version: made.version };
    // The list of digests is an input that this step may just have written.
    const stampedDigest = options.recordDigests ? digestOfStep(tool) : digest;
    writeStamp(step, { digest: stampedDigest, source: made.source, ...version, files, seconds });
    const bytes = Object.values(files).reduce((sum, size) => sum + size, 0);
    tell({ kind: 'made', step, source: made.source, ...version, seconds, bytes });
  } finally {
    lock.release();
  }
}
