/** kwok, which plays the kubelets of simulated nodes: a pod that is placed there runs, one that is told to end is gone. */
import { join } from 'node:path';
import { cachePaths } from '../../layout.ts';
import { simulatedNode } from './labels.ts';

/** The tool that must be there; it is not among those that `lab up` builds by itself. */
export const kwokTool = 'kwok';

export const kwokBinary = join(cachePaths.bin, kwokTool);

/** What becomes of simulated nodes and pods, in kwok's own words. */
const stages = join(import.meta.dirname, 'stages.yaml');

/**
 * Its arguments. `serve` is where it answers `/healthz`, as host:port; `leaseSeconds` is how long each node's lease
 * holds, which is renewed four times in that. With 0 it takes none: thousands of them are work for nothing in a cluster
 * without the controller that watches nodes.
 */
export function kwokArguments({
  kubeconfig,
  serve,
  leaseSeconds = 0,
}: {
  kubeconfig: string;
  serve: string;
  leaseSeconds?: number;
}): string[] {
  const [[key, value] = []] = Object.entries(simulatedNode);
  return [
    `--kubeconfig=${kubeconfig}`,
    `--config=${stages}`,
    `--manage-nodes-with-label-selector=${key}=${value}`,
    `--server-address=${serve}`,
    `--node-lease-duration-seconds=${leaseSeconds}`,
    '--v=WARN',
  ];
}
