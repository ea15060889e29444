/** The kinds of tests, quick ones first. `npm test`, vitest and docs/testing.md read this table. */
import { kwokTool } from '../lab/fleet/pods/kwok.ts';
import { demoToolNames } from '../lab/toolchain/tools.ts';

export interface Kind {
  /** What its tests stand on, as docs/testing.md says it. */
  on: string;
  /** What must be built for it; where there is nothing, `npm ci` is enough. */
  tools: readonly string[];
  timeoutMs: number;
  /** Files that run at the same time; by default as many as the machine has cores, less one, and two at least. */
  filesAtOnce?: number;
}

export const kinds = {
  unit: { on: 'functions and fakes of the ports', tools: [], timeoutMs: 20_000 },
  replay: { on: 'recorded histories of earlier versions', tools: [], timeoutMs: 60_000, filesAtOnce: 1 },
  simulation: {
    on: 'simulated zones, a simulated Temporal, virtual time',
    tools: [],
    timeoutMs: 300_000,
    filesAtOnce: 2,
  },
  // Each file has a server and worlds of its own, and waits more than it works.
  temporal: {
    on: 'a real Temporal development server, simulated zones',
    tools: ['temporal'],
    timeoutMs: 300_000,
    filesAtOnce: 3,
  },
  // Each file starts servers of its own on free ports, and waits for them more than it works.
  integration: {
    on: 'real servers on the loopback: Kubernetes, S3, HDFS, Flink, Temporal',
    tools: [...demoToolNames, kwokTool],
    timeoutMs: 300_000,
    filesAtOnce: 2,
  },
  // One lab, one machine.
  lab: {
    on: 'the two zones of the lab, with real Flink jobs',
    tools: demoToolNames,
    timeoutMs: 300_000,
    filesAtOnce: 1,
  },
} as const satisfies Record<string, Kind>;

export type KindName = keyof typeof kinds;

export function isKind(text: string): text is KindName {
  return Object.hasOwn(kinds, text);
}
