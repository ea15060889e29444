/** The house as data: who may import whom. Floors stand in the order in which they rest on each other. */
import type { Exception, House } from './crossings.ts';

const domain = ['model', 'adapters', 'jobs', 'zones'];
const belowProcesses = [...domain, 'activities', 'workflows', 'client', 'runtime'];
const belowCommands = [...belowProcesses, 'worker', 'api', 'agent', 'simulation', 'drills', 'lab'];

export const house: House = {
  // Pure decisions: no Node, no libraries but zod. What is global and impure is forbidden in .oxlintrc.json.
  model: { imports: [], packages: { only: ['zod'] } },
  adapters: { imports: ['model'], packages: { not: ['@temporalio'] } },
  // Verbs on one job, then on one zone. What ties them to Temporal comes in as a port.
  jobs: { imports: ['model', 'adapters'], packages: { not: ['@temporalio'] } },
  zones: { imports: ['model', 'adapters', 'jobs'], packages: { not: ['@temporalio'] } },
  activities: { imports: domain, siblings: 'none' },
  // They run in Temporal's sandbox: of everything beside the model only types, which are gone by then.
  workflows: {
    imports: ['model'],
    types: ['activities'],
    siblings: 'types',
    packages: { only: ['@temporalio/workflow', '@temporalio/common'] },
  },
  client: { imports: ['model'], types: ['workflows'] },
  runtime: { imports: ['model', 'adapters'] },
  worker: { imports: belowProcesses },
  api: { imports: belowProcesses },
  agent: { imports: belowProcesses },
  simulation: { imports: belowProcesses },
  // Fleets of the lab are jobs of the simulated Flink.
  lab: { imports: ['model', 'simulation'], packages: { not: ['@temporalio'] } },
  drills: { imports: [...belowProcesses, 'simulation', 'lab'] },
  cli: { imports: belowCommands },
  // Tests reach everywhere, and into each other's helpers.
  test: { imports: [...belowCommands, 'cli'], circles: true },
};

/** Arrows that cross a border and may stay for now. One that crosses none any more fails the check. */
export const exceptions: Exception[] = [];
