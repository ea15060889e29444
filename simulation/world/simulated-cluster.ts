/** A zone's Kubernetes in memory: FlinkDeployments with the API server's rules for writing them, ConfigMaps, pods. */
import { OutsideFailure } from '../../adapters/failure.ts';
import { noObject, type EventSummary, type PodSummary, type ZoneCluster } from '../../adapters/kubernetes/port.ts';
import type { Placeholder } from '../../model/capacity/reserve.ts';
import type { NodeCapacity, PodRequest, QuotaRoom } from '../../model/capacity/types.ts';
import { jobKey, type JobRef } from '../../model/job/job.ts';
import { jobOf, type FlinkDeployment } from '../../model/job/flink-deployment.ts';
import { mergePatch } from '../../model/merge-patch.ts';
import { jobManagerLogOf } from '../flink/faults.ts';
import { matchesSelector } from './label-selector.ts';
import { applyOver } from './server-side-apply.ts';
import type { SimulatedOperator } from './simulated-operator.ts';
import type { Way } from '../shared/way.ts';

/** A node that may hold more than any fleet asks for, with the label that two-zones.ts sends pods to. */
function ampleNode(zone: string): NodeCapacity {
  const more = { cpuMillis: 1e9, memoryBytes: 2 ** 50, pods: 1e6 };
  return { name: 'node-1', ...more, labels: { zone }, taints: [], schedulable: true };
}

export class SimulatedCluster implements ZoneCluster {
  readonly zone: string;
  readonly deployments = new Map<string, FlinkDeployment>();
  readonly configMaps = new Map<string, Record<string, string>>();
  /** Marks of pokes, by job. */
  readonly pokes: { job: string; mark: string }[] = [];
  /** What the zone has for pods; more than any fleet asks for, unless a test makes it less. */
  nodes: NodeCapacity[];
  quotas: QuotaRoom[] = [];
  /** The account may not list nodes. */
  nodesRefused = false;
  /** What the pods of some jobs hold of the nodes while they run. */
  readonly podsOnNodes = new Map<string, Omit<PodRequest, 'job'>[]>();
  /** Deployments of placeholders, by name. */
  readonly placeholders = new Map<string, Placeholder>();
  /** The account may not touch them. */
  placeholdersRefused = false;
  /** Jobs whose pods never go. */
  readonly lingering = new Set<string>();
  /** Called after each write of a FlinkDeployment, with what was there before. */
  onWrite: (before: FlinkDeployment | undefined, after: FlinkDeployment) => void = () => {};
  readonly #way: Way;
  readonly #operator: SimulatedOperator;
  readonly #applied = new Map<string, FlinkDeployment>();
  #version = 1;

  constructor(way: Way, operator: SimulatedOperator) {
    this.zone = way.name;
    this.nodes = [ampleNode(way.name)];
    this.#way = way;
    this.#operator = operator;
  }

  async listDeployments(labelSelector?: string, signal?: AbortSignal): Promise<FlinkDeployment[]> {
    return this.#way.request('kubernetes', 'list', 'flinkdeployments', signal, () =>
      [...this.deployments.values()]
        .filter(({ metadata }) => matchesSelector(metadata.labels ?? {}, labelSelector))
        .map((deployment) => structuredClone(deployment)),
    );
  }

  async getDeployment(job: JobRef, signal?: AbortSignal): Promise<FlinkDeployment | undefined> {
    return this.#way.request('kubernetes', 'get', jobKey(job), signal, () =>
      structuredClone(this.deployments.get(jobKey(job))),
    );
  }

  async applyDeployment(
    deployment: FlinkDeployment,
    signal?: AbortSignal,
    unchangedSince?: string,
  ): Promise<FlinkDeployment> {
    const key = jobKey(jobOf(deployment));
    return this.#way.request('kubernetes', 'apply', key, signal, () => {
      this.#refuseIfChanged(key, unchangedSince);
      const { apiVersion, kind, metadata, spec } = structuredClone(deployment);
      const { name, namespace, labels, annotations } = metadata;
      const applied = { apiVersion, kind, metadata: { name, namespace, labels, annotations }, spec } as FlinkDeployment;
      const merged = applyOver(this.deployments.get(key), this.#applied.get(key), applied) as FlinkDeployment;
      this.#applied.set(key, applied);
      return this.#store(merged);
    });
  }

  async patchDeployment(job: JobRef, patch: unknown, signal?: AbortSignal): Promise<FlinkDeployment> {
    return this.#way.request('kubernetes', 'patch', jobKey(job), signal, () => {
      const present = this.deployments.get(jobKey(job));
      if (!present) throw this.#failure('NotFound', `flinkdeployment ${jobKey(job)} is not there`);
      const asked = (patch as { metadata?: { resourceVersion?: string } }).metadata?.resourceVersion;
      this.#refuseIfChanged(jobKey(job), asked);
      return this.#store(mergePatch(present, structuredClone(patch)) as FlinkDeployment);
    });
  }

  async deleteDeployment(
    job: JobRef,
    options: { deadlineMs: number; signal?: AbortSignal; unchangedSince?: string },
  ): Promise<void> {
    await this.#way.request('kubernetes', 'delete', jobKey(job), options.signal, () => {
      if (!this.deployments.has(jobKey(job))) return;
      this.#refuseIfChanged(jobKey(job), options.unchangedSince);
      this.deployments.delete(jobKey(job));
      this.#applied.delete(jobKey(job));
      this.#operator.forget(job);
    });
  }

  async getConfigMap(ref: JobRef, signal?: AbortSignal): Promise<Record<string, string> | undefined> {
    return this.#way.request('kubernetes', 'get configmap', jobKey(ref), signal, () =>
      this.configMaps.get(jobKey(ref)),
    );
  }

  async applyConfigMap(ref: JobRef, data: Record<string, string>, signal?: AbortSignal): Promise<void> {
    await this.#way.request('kubernetes', 'apply configmap', jobKey(ref), signal, () => {
      this.configMaps.set(jobKey(ref), { ...data });
    });
  }

  async listPods(job: JobRef, signal?: AbortSignal): Promise<PodSummary[]> {
    return this.#way.request('kubernetes', 'list pods', jobKey(job), signal, () => {
      const run = this.#operator.runs.get(jobKey(job));
      if (!run && !this.#operator.idle.has(jobKey(job)) && !this.lingering.has(jobKey(job))) return [];
      const pending = run?.fault === 'no-room';
      const pod = {
        phase: pending ? 'Pending' : 'Running',
        ready: !pending,
        restarts: 0,
        reason: undefined,
        message: undefined,
        unschedulable: pending ? '0/3 nodes are available: 3 Insufficient memory.' : undefined,
        nodeName: pending ? undefined : 'node-1',
        podIp: pending ? undefined : '10.0.0.1',
      };
      return ['jobmanager', 'taskmanager'].map((component) => ({
        ...pod,
        name: `${job.name}-${component}`,
        component,
      }));
    });
  }

  async pokePods(job: JobRef, mark: string, signal?: AbortSignal): Promise<void> {
    await this.#way.request('kubernetes', 'poke', jobKey(job), signal, () => {
      this.pokes.push({ job: jobKey(job), mark });
    });
  }

  async listWarnings(job: JobRef, _pods: readonly PodSummary[], signal?: AbortSignal): Promise<EventSummary[]> {
    return this.#way.request('kubernetes', 'list events', jobKey(job), signal, () => []);
  }

  async jobManagerLog(
    job: JobRef,
    _pods: readonly PodSummary[],
    _tailLines: number,
    signal?: AbortSignal,
  ): Promise<string | undefined> {
    return this.#way.request('kubernetes', 'log', jobKey(job), signal, () =>
      jobManagerLogOf(this.#operator.runs.get(jobKey(job))?.fault),
    );
  }

  async listNodes(signal?: AbortSignal): Promise<NodeCapacity[]> {
    return this.#way.request('kubernetes', 'list', 'nodes', signal, () => {
      if (this.nodesRefused) throw this.#failure('Unauthorized', 'list of nodes was refused (403 Forbidden)');
      return structuredClone(this.nodes);
    });
  }

  /** Pods of jobs take no room of the nodes here, but for those of which a test says so. */
  async listPodRequests(signal?: AbortSignal): Promise<PodRequest[]> {
    return this.#way.request('kubernetes', 'list', 'all pods', signal, () =>
      [...this.podsOnNodes]
        .filter(([job]) => this.#operator.runs.has(job) || this.#operator.idle.has(job))
        .flatMap(([job, pods]) => pods.map((pod) => ({ ...pod, job }))),
    );
  }

  async listQuotas(signal?: AbortSignal): Promise<QuotaRoom[]> {
    return this.#way.request('kubernetes', 'list', 'resourcequotas', signal, () => structuredClone(this.quotas));
  }

  async listPlaceholders(namespace: string, signal?: AbortSignal): Promise<{ name: string; replicas: number }[]> {
    return this.#way.request('kubernetes', 'list', `placeholders in ${namespace}`, signal, () => {
      if (this.placeholdersRefused) throw this.#failure('Unauthorized', 'list of placeholders was refused (403)');
      return [...this.placeholders.values()].map(({ name, replicas }) => ({ name, replicas }));
    });
  }

  async applyPlaceholder(of: Placeholder, where: { namespace: string }, signal?: AbortSignal): Promise<void> {
    await this.#way.request('kubernetes', 'apply placeholder', jobKey({ ...where, name: of.name }), signal, () => {
      this.placeholders.set(of.name, structuredClone(of));
    });
  }

  async scalePlaceholder(ref: JobRef, replicas: number, signal?: AbortSignal): Promise<void> {
    await this.#way.request('kubernetes', 'scale placeholder', jobKey(ref), signal, () => {
      const present = this.placeholders.get(ref.name);
      if (present) present.replicas = replicas;
    });
  }

  async deletePlaceholder(ref: JobRef, signal?: AbortSignal): Promise<void> {
    await this.#way.request('kubernetes', 'delete placeholder', jobKey(ref), signal, () => {
      this.placeholders.delete(ref.name);
    });
  }

  async ping(deadlineMs: number): Promise<string> {
    return this.#way.request('kubernetes', 'ping', 'version', AbortSignal.timeout(deadlineMs), () => 'v1.31.0');
  }

  async proxyService(): Promise<never> {
    throw new Error('the simulated Flink is not reached by service proxy');
  }

  async close(): Promise<void> {}

  /** The server's part of a write: version, generation when the spec changed, uid; then the operator acts. */
  #store(wanted: FlinkDeployment): FlinkDeployment {
    const key = jobKey(jobOf(wanted));
    const before = this.deployments.get(key);
    const specChanged = JSON.stringify(before?.spec) !== JSON.stringify(wanted.spec);
    this.#version += 1;
    const stored: FlinkDeployment = {
      ...wanted,
      metadata: {
        ...wanted.metadata,
        uid: before?.metadata.uid ?? `uid-${this.#version}`,
        resourceVersion: String(this.#version),
        generation: (before?.metadata.generation ?? 0) + (specChanged ? 1 : 0),
      },
      ...(before?.status ? { status: before.status } : {}),
    };
    const status = this.#operator.reconcile(stored);
    const kept = status ? { ...stored, status } : stored;
    this.deployments.set(key, kept);
    this.onWrite(before, kept);
    return structuredClone(kept);
  }

  #refuseIfChanged(key: string, version: string | undefined): void {
    const { resourceVersion: present = noObject } = this.deployments.get(key)?.metadata ?? {};
    if (version === undefined || version === present) return;
    throw this.#failure('Conflict', `flinkdeployment ${key} was changed meanwhile`);
  }

  #failure(failureClass: 'NotFound' | 'Conflict' | 'Unauthorized', why: string): OutsideFailure {
    return new OutsideFailure(failureClass, `kubernetes ${this.zone}`, `kubernetes ${this.zone}: ${why}.`);
  }
}
