/** Kubernetes Events of a job: why its pods are not placed, not started, or not even created. */
import type { KubernetesClient } from './client.ts';
import type { ZoneCluster } from './port.ts';
import { warningsOf } from './warnings.ts';

export function eventsOf(client: KubernetesClient): Pick<ZoneCluster, 'listWarnings'> {
  const warnings = warningsOf(client);
  return {
    async listWarnings(job, pods, signal) {
      const { byName, ofReplicaSets } = await warnings(job.namespace, signal);
      const names = [job.name, ...pods.map(({ name }) => name)];
      // A quota refuses pods before they exist: only their ReplicaSet, whose name we do not know, has the Event.
      return ofReplicaSets
        .filter(({ object }) => isReplicaSetOf(job.name, object.slice(object.indexOf('/') + 1)))
        .concat(names.flatMap((name) => byName.get(name) ?? []))
        .sort((a, b) => (Date.parse(b.at) || 0) - (Date.parse(a.at) || 0));
    },
  };
}

/** A ReplicaSet is named after its Deployment plus a hash in Kubernetes' vowelless alphabet. */
function isReplicaSetOf(jobName: string, replicaSet: string): boolean {
  const hash = replicaSet.startsWith(`${jobName}-`) ? replicaSet.slice(jobName.length + 1) : '';
  return /^(taskmanager-)?[bcdfghjklmnpqrstvwxz2456789]{1,10}$/.test(hash);
}
