/** ConfigMaps, from which a job reads its role. */
import type { JobRef } from '../../model/job/job.ts';
import { jobKey } from '../../model/job/job.ts';
import { fieldManager } from '../../model/job/marks.ts';
import type { KubernetesClient } from './client.ts';
import { contentTypes } from './client.ts';
import type { ZoneCluster } from './port.ts';

function pathOf(ref: JobRef): string {
  return `/api/v1/namespaces/${encodeURIComponent(ref.namespace)}/configmaps/${encodeURIComponent(ref.name)}`;
}

export function configMapsOf(client: KubernetesClient): Pick<ZoneCluster, 'getConfigMap' | 'applyConfigMap'> {
  return {
    async getConfigMap(ref, signal) {
      const what = `get of configmap ${jobKey(ref)}`;
      const found = await client.callIfPresent<{ data?: Record<string, string> }>({
        method: 'GET',
        path: pathOf(ref),
        what,
        signal,
      });
      return found && (found.data ?? {});
    },

    async applyConfigMap(ref, data, signal) {
      await client.call({
        method: 'PATCH',
        path: `${pathOf(ref)}?fieldManager=${fieldManager}&force=true`,
        contentType: contentTypes.apply,
        body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: ref.name, namespace: ref.namespace }, data },
        what: `apply of configmap ${jobKey(ref)}`,
        signal,
      });
    },
  };
}
