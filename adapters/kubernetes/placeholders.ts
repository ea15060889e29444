/** Deployments of pods that reserve room. */
import { placeholderDeployment } from '../../model/capacity/reserve.ts';
import type { JobRef } from '../../model/job/job.ts';
import { jobKey } from '../../model/job/job.ts';
import { fieldManager, labels } from '../../model/job/marks.ts';
import type { KubernetesClient } from './client.ts';
import { contentTypes } from './client.ts';
import { listAll } from './paging.ts';
import type { ZoneCluster } from './port.ts';

type Placeholders = Pick<
  ZoneCluster,
  'listPlaceholders' | 'applyPlaceholder' | 'scalePlaceholder' | 'deletePlaceholder'
>;

interface DeploymentObject {
  metadata: { name: string };
  spec: { replicas?: number };
}

function collection(namespace: string): string {
  return `/apis/apps/v1/namespaces/${encodeURIComponent(namespace)}/deployments`;
}

function pathOf(ref: JobRef): string {
  return `${collection(ref.namespace)}/${encodeURIComponent(ref.name)}`;
}

export function placeholdersOf(client: KubernetesClient): Placeholders {
  return {
    async listPlaceholders(namespace, signal) {
      const query = { labelSelector: labels.placeholder };
      const what = `list of placeholders in ${namespace}`;
      const found = await listAll<DeploymentObject>(client, { path: collection(namespace), query, what, signal });
      return found.map(({ metadata, spec }) => ({ name: metadata.name, replicas: spec.replicas ?? 1 }));
    },

    async applyPlaceholder(of, where, signal) {
      const ref = { namespace: where.namespace, name: of.name };
      await client.call({
        method: 'PATCH',
        path: `${pathOf(ref)}?fieldManager=${fieldManager}&force=true`,
        contentType: contentTypes.apply,
        body: placeholderDeployment(of, where),
        what: `apply of deployment ${jobKey(ref)}`,
        signal,
      });
    },

    async scalePlaceholder(ref, replicas, signal) {
      await client.callIfPresent({
        method: 'PATCH',
        path: `${pathOf(ref)}?fieldManager=${fieldManager}`,
        contentType: contentTypes.mergePatch,
        body: { spec: { replicas } },
        what: `patch of deployment ${jobKey(ref)}`,
        signal,
      });
    },

    async deletePlaceholder(ref, signal) {
      await client.callIfPresent({
        method: 'DELETE',
        path: pathOf(ref),
        body: { propagationPolicy: 'Background' },
        what: `delete of deployment ${jobKey(ref)}`,
        signal,
      });
    },
  };
}
