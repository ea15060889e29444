/** What decides on room in a cluster: nodes, what pods hold of them, and quotas. */
import { podRequestsOf, type PodTemplateSpec } from '../../model/capacity/pod-template.ts';
import { parseBytes, parseCpuMillis, parseQuantity } from '../../model/capacity/quantity.ts';
import type { NodeCapacity, PodRequest, QuotaRoom } from '../../model/capacity/types.ts';
import type { KubernetesClient } from './client.ts';
import { listAll } from './paging.ts';
import type { ZoneCluster } from './port.ts';

type Amounts = Record<string, string>;

interface NodeObject {
  metadata: { name: string; labels?: Record<string, string> };
  spec?: { unschedulable?: boolean; taints?: NodeCapacity['taints'] };
  status?: { allocatable?: Amounts; conditions?: { type: string; status: string }[] };
}

interface PodObject {
  metadata: { namespace: string; labels?: Record<string, string> };
  spec: PodTemplateSpec & { nodeName?: string; priority?: number };
}

interface QuotaObject {
  metadata: { name: string; namespace: string };
  spec?: { hard?: Amounts; scopes?: string[]; scopeSelector?: object };
  status?: { hard?: Amounts; used?: Amounts };
}

/** Pods that hold room on a node. One that waits for a node holds none, one that ended gave it back. */
const holdingRoom = 'spec.nodeName!=,status.phase!=Succeeded,status.phase!=Failed';

export function roomOf(client: KubernetesClient): Pick<ZoneCluster, 'listNodes' | 'listPodRequests' | 'listQuotas'> {
  return {
    listNodes: (signal) =>
      listAll<NodeObject, NodeCapacity>(client, { path: '/api/v1/nodes', what: 'list of nodes', signal }, nodeCapacity),

    listPodRequests: (signal) =>
      listAll<PodObject, PodRequest>(
        client,
        { path: '/api/v1/pods', what: 'list of all pods', query: { fieldSelector: holdingRoom }, signal },
        podRequest,
      ),

    async listQuotas(signal) {
      const found: (QuotaRoom | undefined)[] = [];
      for (const namespace of client.namespaces) {
        const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/resourcequotas`;
        const what = `list of resourcequotas in ${namespace}`;
        found.push(...(await listAll<QuotaObject, QuotaRoom | undefined>(client, { path, what, signal }, quotaRoom)));
      }
      return found.filter((quota) => quota !== undefined);
    },
  };
}

function nodeCapacity({ metadata, spec, status }: NodeObject): NodeCapacity {
  const { cpu, memory, pods } = status?.allocatable ?? {};
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return {
    name: metadata.name,
    cpuMillis: parseCpuMillis(cpu) ?? 0,
    memoryBytes: parseBytes(memory) ?? 0,
    pods: parseQuantity(pods) ?? 0,
    labels: metadata.labels ?? {},
    taints: (spec?.taints ?? []).map(({ key, value, effect }) => ({
      key,
      effect,
      ...(value === undefined ? {} : { value }),
    })),
    schedulable: !spec?.unschedulable && ready?.status === 'True',
  };
}

function podRequest({ metadata, spec }: PodObject): PodRequest {
  // The API server took these amounts, so they can be read.
  const requests = podRequestsOf(spec) ?? { cpuMillis: 0, memoryBytes: 0 };
  const { app, component } = metadata.labels ?? {};
  // Flink labels its pods with both; other workloads often have `app` alone.
  const isFlink = app !== undefined && (component === 'jobmanager' || component === 'taskmanager');
  return {
    ...requests,
    node: spec.nodeName ?? '',
    priority: spec.priority ?? 0,
    ...(isFlink ? { job: `${metadata.namespace}/${app}` } : {}),
  };
}

/** Flink's pods have requests and no deadline: quotas of these scopes are about them, those of all others are not. */
const scopesOfFlinkPods = new Set(['NotBestEffort', 'NotTerminating']);

/** Undefined for a quota that is not about Flink's pods, or only about pods of some priority classes. */
function quotaRoom({ metadata, spec, status }: QuotaObject): QuotaRoom | undefined {
  if (spec?.scopeSelector || !(spec?.scopes ?? []).every((scope) => scopesOfFlinkPods.has(scope))) return undefined;
  const hard = { ...spec?.hard, ...status?.hard };
  const free = (names: string[], parse: (text: string | undefined) => number | undefined): number | null =>
    names.reduce<number | null>((least, name) => {
      const [most, used] = [parse(hard[name]), parse(status?.used?.[name]) ?? 0];
      return most === undefined ? least : Math.min(least ?? Infinity, most - used);
    }, null);
  return {
    namespace: metadata.namespace,
    name: metadata.name,
    cpuMillis: free(['requests.cpu', 'cpu'], parseCpuMillis),
    memoryBytes: free(['requests.memory', 'memory'], parseBytes),
    pods: free(['pods', 'count/pods'], parseQuantity),
  };
}
