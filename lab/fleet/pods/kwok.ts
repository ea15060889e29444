/** kwok, which plays the kubelets of simulated nodes: a pod that is placed there runs, one that is told to end is gone. */
import { join } from 'node:path';
import { cachePaths } from '../../layout.ts';
import { simulatedNode } from './labels.ts';

/** The tool that must be there; it is not among those that `lab up` builds by itself. */
export const kwokTool = 'kwok';

export const kwokBinary = join(cachePaths.bin, kwokTool);

/** What becomes of simulated nodes and pods, in kwok's own words. */
const stages = join(import.meta.dirname, 'stages.yaml');

/** Its arguments. `serve` is where it answers `/healthz`, as host:port. */
export function kwokArguments({ kubeconfig, serve }: { kubeconfig: string; serve: string }): string[] {
  const [[key, value] = []] = Object.entries(simulatedNode);
  return [
    `--kubeconfig=${kubeconfig}`,
    `--config=${stages}`,
    `--manage-nodes-with-label-selector=${key}=${value}`,
    `--server-address=${serve}`,
    // Without leases of its own: kwok takes none, and renews none for thousands of nodes.
    '--node-lease-duration-seconds=0',
    '--v=WARN',
  ];
}
