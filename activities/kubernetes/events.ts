/** Kubernetes Events of a job: why its pods are not placed, not started, or not even created. */
import type { JobRef } from '../../model/job.ts';
import { jobKey } from '../../model/job.ts';
import type { KubernetesClient } from './client.ts';
import type { EventSummary, PodSummary, ZoneCluster } from './port.ts';

interface EventObject {
  metadata: { creationTimestamp?: string };
  type?: string;
  reason?: string;
  message?: string;
  note?: string;
  involvedObject?: { kind?: string; name?: string };
  lastTimestamp?: string | null;
  eventTime?: string | null;
  series?: { lastObservedTime?: string } | null;
  firstTimestamp?: string | null;
}

/** Pods of one job asked for; those in trouble first, and a hundred alike have the same trouble. */
const maxPods = 8;

const eventsPerObject = 50;

export function eventsOf(
  client: KubernetesClient,
  listPods: (job: JobRef, signal?: AbortSignal) => Promise<PodSummary[]>,
): Pick<ZoneCluster, 'listEvents'> {
  async function select(job: JobRef, fieldSelector: string, limit: number, signal?: AbortSignal) {
    const query = new URLSearchParams({ fieldSelector, limit: String(limit) });
    const path = `/api/v1/namespaces/${encodeURIComponent(job.namespace)}/events?${query.toString()}`;
    const what = `list of events of ${jobKey(job)}`;
    return (await client.call<{ items: EventObject[] }>({ method: 'GET', path, what, signal })).items;
  }

  return {
    async listEvents(job, signal) {
      const pods = (await listPods(job, signal)).sort((a, b) => Number(a.ready) - Number(b.ready)).slice(0, maxPods);
      // Asked object by object: the events of a whole namespace would be those of a thousand jobs.
      const names = [job.name, ...pods.map((pod) => pod.name)];
      const [replicaSets, ...byObject] = await Promise.all([
        // A quota refuses pods before they exist: only their ReplicaSet, whose name we do not know, has the event.
        select(job, 'involvedObject.kind=ReplicaSet,type=Warning', 500, signal),
        ...names.map((name) => select(job, `involvedObject.name=${name}`, eventsPerObject, signal)),
      ]);
      const ours = (replicaSets ?? []).filter((event) => isReplicaSetOf(job.name, event.involvedObject?.name ?? ''));
      return [...ours, ...byObject.flat()].map(summarizeEvent).sort(warningsThenNewest);
    },
  };
}

/** A ReplicaSet is named after its Deployment plus a hash in Kubernetes' vowelless alphabet. */
function isReplicaSetOf(jobName: string, replicaSet: string): boolean {
  const hash = replicaSet.startsWith(`${jobName}-`) ? replicaSet.slice(jobName.length + 1) : '';
  return /^(taskmanager-)?[bcdfghjklmnpqrstvwxz2456789]{1,10}$/.test(hash);
}

function summarizeEvent(event: EventObject): EventSummary {
  const { kind = 'Object', name = '' } = event.involvedObject ?? {};
  return {
    type: event.type ?? 'Normal',
    reason: event.reason ?? '',
    message: event.message ?? event.note ?? '',
    object: `${kind}/${name}`,
    // Older reporters fill lastTimestamp, newer ones (the scheduler) eventTime and series.
    at:
      event.series?.lastObservedTime ??
      event.lastTimestamp ??
      event.eventTime ??
      event.firstTimestamp ??
      event.metadata.creationTimestamp ??
      '',
  };
}

function warningsThenNewest(a: EventSummary, b: EventSummary): number {
  const byType = Number(b.type === 'Warning') - Number(a.type === 'Warning');
  return byType !== 0 ? byType : (Date.parse(b.at) || 0) - (Date.parse(a.at) || 0);
}
