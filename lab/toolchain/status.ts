/** What `lab status` tells about the tools. */
import { readStamp } from './stamp.ts';
import type { Source, StepState } from './stamp.ts';
import { stateOfStep } from './steps.ts';
import { tools } from './tools.ts';

export interface ToolStatus {
  name: string;
  title: string;
  state: StepState;
  inDemo: boolean;
  source?: Source;
  version?: string;
  /** Bytes of its files in the cache. */
  bytes?: number;
  /** What making it took. */
  seconds?: number;
}

/** The state of every tool; asks no program and starts nothing. */
export function toolchainStatus(): ToolStatus[] {
  return tools.map((tool) => {
    const status = { name: tool.name, title: tool.title, state: stateOfStep(tool), inDemo: tool.inDemo };
    const stamp = readStamp(tool.name);
    if (!stamp) return status;
    const bytes = Object.values(stamp.files).reduce((sum, size) => sum + size, 0);
    const version = stamp.version === undefined ? {} : { version: stamp.version };
    return { ...status, source: stamp.source, ...version, bytes, seconds: stamp.seconds };
  });
}
