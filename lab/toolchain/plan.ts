/** Decides which steps must run, and in which order: pure, so that a status and a build cannot disagree. */
import type { StepState } from './stamp.ts';

/** What planning needs to know of a tool. */
export interface Plannable {
  name: string;
  after?: string;
}

export interface StepToMake<T extends Plannable> {
  tool: T;
  reason: Exclude<StepState, 'done'>;
}

export interface ToolchainPlan<T extends Plannable> {
  /** Steps to make, lane by lane, in order; lanes without work are empty. */
  lanes: StepToMake<T>[][];
  /** Names of the wanted steps that are done. */
  done: string[];
}

/**
 * @param lanes all tools, in the order in which each lane makes them.
 * @param wanted names of tools; what they build upon is added.
 */
export function planToolchain<T extends Plannable>(
  lanes: readonly (readonly T[])[],
  wanted: readonly string[],
  stateOf: (tool: T) => StepState,
): ToolchainPlan<T> {
  const all = new Map(lanes.flat().map((tool) => [tool.name, tool]));
  const needed = new Set(wanted);
  for (const name of needed) {
    const after = all.get(name)?.after;
    if (after !== undefined) needed.add(after);
  }
  const done: string[] = [];
  const made = new Set<string>();
  const planned = lanes.map((lane) =>
    lane.flatMap((tool): StepToMake<T>[] => {
      if (!needed.has(tool.name)) return [];
      const state = stateOf(tool);
      // What it builds upon is about to change, whatever its own stamp says now.
      const reason = state === 'done' && tool.after !== undefined && made.has(tool.after) ? 'inputs changed' : state;
      if (reason === 'done') {
        done.push(tool.name);
        return [];
      }
      made.add(tool.name);
      return [{ tool, reason }];
    }),
  );
  return { lanes: planned, done };
}
