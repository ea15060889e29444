/** Nodes that exist in the API alone: the scheduler fills them as it fills any, and kwok plays their kubelets. */
import pMap from 'p-map';
import type { PodApi } from './api.ts';
import { simulatedNode, simulatedTaint } from './labels.ts';

export interface NodeShape {
  cores: number;
  memoryGiB: number;
  /** Pods that a node may hold. */
  pods: number;
}

/** A large machine of a Flink cluster: 2,000 of them have 320,000 cores. */
export const usualNode: NodeShape = { cores: 160, memoryGiB: 640, pods: 110 };

/** In flight: more would only wait in the API server. */
const atOnce = 16;

/** Creates `count` nodes that are ready at once. Those that are there stay. @throws when the API server refuses one */
export async function createSimulatedNodes(api: PodApi, count: number, shape: NodeShape = usualNode): Promise<void> {
  const create = async (number: number): Promise<void> => {
    const answer = await api.send('POST', '/api/v1/nodes', simulatedNodeObject(number, shape));
    if (answer.status >= 300 && answer.status !== 409) {
      throw new Error(`simulated node ${number}: ${answer.status} ${answer.body.slice(0, 200)}`);
    }
  };
  await pMap(Array(count).keys(), create, { concurrency: atOnce });
}

/** The node as a kubelet would register it. */
export function simulatedNodeObject(number: number, shape: NodeShape): object {
  const name = `simulated-${String(number).padStart(5, '0')}`;
  const amounts = { cpu: String(shape.cores), memory: `${shape.memoryGiB}Gi`, pods: String(shape.pods) };
  const now = new Date().toISOString();
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { ...simulatedNode, 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux' } },
    spec: { taints: [simulatedTaint] },
    status: {
      allocatable: amounts,
      capacity: amounts,
      conditions: [
        {
          type: 'Ready',
          status: 'True',
          reason: 'Simulated',
          message: 'no machine stands behind this node',
          lastHeartbeatTime: now,
          lastTransitionTime: now,
        },
      ],
      nodeInfo: { ...nothingKnown, operatingSystem: 'linux', architecture: 'amd64', kubeletVersion: 'simulated' },
    },
  };
}

/** Fields that the API server wants in a node's information, whatever they say. */
const nothingKnown = {
  machineID: '',
  systemUUID: '',
  bootID: '',
  kernelVersion: '',
  osImage: '',
  containerRuntimeVersion: '',
  kubeProxyVersion: '',
};
