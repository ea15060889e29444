/** A job's pods: what state they are in, why not a better one, and the JobManager's log. */
import type { JobRef } from '../../model/job/job.ts';
import { jobKey } from '../../model/job/job.ts';
import { annotations } from '../../model/job/marks.ts';
import type { KubernetesClient } from './client.ts';
import { contentTypes } from './client.ts';
import { failureOf } from './failure.ts';
import { listAll, listFromMemory } from './paging.ts';
import { summarizePod } from './pod-summary.ts';
import type { PodObject } from './pod-summary.ts';
import type { ZoneCluster } from './port.ts';

/** The operator's pod templates name it so; Flink adds its settings to the container of this name only. */
const flinkContainer = 'flink-main-container';

const maxLogBytes = 512 * 1024;

function collection(namespace: string): string {
  return `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`;
}

export function podsOf(client: KubernetesClient): Pick<ZoneCluster, 'listPods' | 'pokePods' | 'jobManagerLog'> {
  const listPods: ZoneCluster['listPods'] = async (job, signal, freshness) => {
    const what = `list of pods of ${jobKey(job)}`;
    const query = { labelSelector: `app=${job.name}` };
    const list = { path: collection(job.namespace), query, what, signal };
    const pods = await (freshness === 'current'
      ? listAll<PodObject>(client, list)
      : listFromMemory<PodObject>(client, list));
    return pods.map(summarizePod);
  };

  async function log(job: JobRef, pod: string, query: Record<string, string>, signal?: AbortSignal) {
    const what = `log of pod ${job.namespace}/${pod}`;
    const search = new URLSearchParams({ container: flinkContainer, limitBytes: String(maxLogBytes), ...query });
    const path = `${collection(job.namespace)}/${encodeURIComponent(pod)}/log?${search.toString()}`;
    const answer = await client.send({ method: 'GET', path, what, signal });
    if (answer.status === 200) return answer.body;
    // 204: the pod has no node yet; 400: its container has not started, or has no earlier run; 404: the pod is gone.
    // Whichever it is, there is no log.
    if ([204, 400, 404].includes(answer.status)) return undefined;
    throw failureOf(client.system, what, answer);
  }

  return {
    listPods,

    async pokePods(job, mark, signal) {
      for (const pod of await listPods(job, signal)) {
        await client.callIfPresent({
          method: 'PATCH',
          path: `${collection(job.namespace)}/${encodeURIComponent(pod.name)}`,
          contentType: contentTypes.mergePatch,
          body: { metadata: { annotations: { [annotations.poke]: mark } } },
          what: `annotation of pod ${job.namespace}/${pod.name}`,
          signal,
        });
      }
    },

    async jobManagerLog(job, pods, tailLines, signal) {
      const managers = pods.filter((pod) => pod.component === 'jobmanager');
      // With several (an old one ending, a new one starting) the one that fell over has the most to say.
      const pod = managers.sort((a, b) => b.restarts - a.restarts)[0];
      if (!pod) return undefined;
      const query = { tailLines: String(tailLines) };
      // A container that restarted a moment ago has an empty log; why it ended stands in the log of its earlier run.
      const earlier = pod.restarts > 0 ? await log(job, pod.name, { ...query, previous: 'true' }, signal) : undefined;
      const current = await log(job, pod.name, query, signal);
      const parts = [earlier, current].filter((part) => part !== undefined && part !== '');
      return parts.length === 0 ? undefined : parts.join('\n');
    },
  };
}
