/** How large a bench of pods is, and how full its zone before the escape. */
import type { PodsPerJob } from '../../lab/fleet/pods/pods-of-job.ts';
import { usualPods } from '../../lab/fleet/pods/pods-of-job.ts';
import { usualNode, type NodeShape } from '../../lab/fleet/pods/simulated-nodes.ts';
import type { Tier } from '../../model/job/tier.ts';

export interface PodsSize {
  jobs: number;
  perJob: PodsPerJob;
  nodes: number;
  node: NodeShape;
  /** Pods of P3 jobs of the peer zone, of the size of a TaskManager, that run before the escape. */
  ordinaryPods: number;
}

export interface Wished {
  jobs: number;
  pods: number | undefined;
  nodes: number | undefined;
}

/** Of the TaskManagers that must come up, those for which others have to go. */
const preemptedShare = 0.05;

/**
 * Without `nodes`, as many as hold the jobs on 94 % of their cores, which is 2,000 for 1,000 jobs of 31 pods. What the
 * jobs leave free, and a little more, is held by pods of lower priority.
 * @throws when the nodes cannot hold the jobs
 */
export function sizeOf({ jobs, pods, nodes }: Wished): PodsSize {
  const perJob = { ...usualPods, pods: pods ?? usualPods.pods };
  const coresOfJob = 1 + (perJob.pods - 1) * perJob.taskManager.cores;
  const count = nodes ?? Math.ceil((jobs * coresOfJob) / (usualNode.cores * 0.94));
  const places = count * Math.floor(usualNode.cores / perJob.taskManager.cores);
  const taskManagers = jobs * (perJob.pods - 1);
  // A JobManager on a node costs that node a TaskManager at worst.
  if (taskManagers + Math.min(jobs, count) > places) {
    throw new Error(`${count} nodes have room for ${places} TaskManagers; ${jobs} jobs have ${taskManagers}`);
  }
  const ordinaryPods = Math.max(0, places - Math.floor(taskManagers * (1 - preemptedShare)));
  return { jobs, perJob, nodes: count, node: usualNode, ordinaryPods };
}

/**
 * Tiers of the jobs that escape, the most important first: one in five P1. P0 runs in the peer zone already, and P3 of
 * the lost zone comes only where room is left, and here there is none.
 */
export function tierOf(index: number, jobs: number): Tier {
  return index / jobs < 0.2 ? 'P1' : 'P2';
}
