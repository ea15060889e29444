/** The port to one zone's Kubernetes: FlinkDeployments, role ConfigMaps, and what diagnosis reads. */
import type { FlinkDeployment } from '../../model/job/flink-deployment.ts';
import type { Placeholder } from '../../model/capacity/reserve.ts';
import type { NodeCapacity, PodRequest, QuotaRoom } from '../../model/capacity/types.ts';
import type { JobRef } from '../../model/job/job.ts';

/** What diagnosis needs of a pod. */
export interface PodSummary {
  name: string;
  component: string | undefined;
  phase: string;
  ready: boolean;
  restarts: number;
  /** Waiting or terminated reason of its container, such as ImagePullBackOff, CrashLoopBackOff, OOMKilled. */
  reason: string | undefined;
  message: string | undefined;
  /** Why the scheduler could not place it, if so. */
  unschedulable: string | undefined;
  nodeName: string | undefined;
  podIp: string | undefined;
}

export interface EventSummary {
  type: string;
  reason: string;
  message: string;
  object: string;
  at: string;
}

/** The version of an object that was looked for and not there. */
export const noObject = '0';

/**
 * One cluster of a zone. Calls fail with `OutsideFailure`; an absent object is `undefined`, a delete of an absent one
 * is success. Each call has a deadline of its own, so nothing hangs on a lost zone.
 */
export interface ZoneCluster {
  readonly zone: string;
  /** FlinkDeployments of the configured namespaces, paged, by label selector. */
  listDeployments(labelSelector?: string, signal?: AbortSignal): Promise<FlinkDeployment[]>;
  getDeployment(job: JobRef, signal?: AbortSignal): Promise<FlinkDeployment | undefined>;
  /**
   * Server-side apply with force under the product's field manager. With `unchangedSince`, the `resourceVersion` of an
   * object that was read, a change since then is a `Conflict`; with `noObject`, so is that there is one by now.
   */
  applyDeployment(deployment: FlinkDeployment, signal?: AbortSignal, unchangedSince?: string): Promise<FlinkDeployment>;
  /** JSON merge patch; with `resourceVersion` in it a concurrent change is a `Conflict`. */
  patchDeployment(job: JobRef, patch: unknown, signal?: AbortSignal): Promise<FlinkDeployment>;
  /**
   * Deletes in the background and returns once the object is gone, or fails with `Unavailable` at the deadline.
   * `unchangedSince` as in `applyDeployment`.
   */
  deleteDeployment(
    job: JobRef,
    options: { deadlineMs: number; signal?: AbortSignal; unchangedSince?: string },
  ): Promise<void>;
  getConfigMap(ref: JobRef, signal?: AbortSignal): Promise<Record<string, string> | undefined>;
  applyConfigMap(ref: JobRef, data: Record<string, string>, signal?: AbortSignal): Promise<void>;
  /**
   * Pods of a job (label `app=<name>`, as the operator sets it), as the API server has them in memory: on a busy one
   * that may be seconds old. `current` is of this moment, for which it may have to go through all pods of the namespace.
   */
  listPods(job: JobRef, signal?: AbortSignal, freshness?: 'current'): Promise<PodSummary[]>;
  /** Changes an annotation on each pod of a job, so that the kubelet renews its mounted ConfigMaps at once. */
  pokePods(job: JobRef, mark: string, signal?: AbortSignal): Promise<void>;
  /** Events of type Warning, newest first, of the job's FlinkDeployment, Deployments and given pods; up to a minute old. */
  listWarnings(job: JobRef, pods: readonly PodSummary[], signal?: AbortSignal): Promise<EventSummary[]>;
  /** Last lines of the log of the JobManager among the job's pods, also of a container that already ended. */
  jobManagerLog(
    job: JobRef,
    pods: readonly PodSummary[],
    tailLines: number,
    signal?: AbortSignal,
  ): Promise<string | undefined>;
  /** All nodes of the cluster, paged. */
  listNodes(signal?: AbortSignal): Promise<NodeCapacity[]>;
  /** What pods of all namespaces hold of the nodes on which they stand, paged; pods that ended are left out. */
  listPodRequests(signal?: AbortSignal): Promise<PodRequest[]>;
  /** What the quotas of the configured namespaces still give to Flink's pods. */
  listQuotas(signal?: AbortSignal): Promise<QuotaRoom[]>;
  /** Deployments of placeholder pods in a namespace, with the number of pods that each is told to keep. */
  listPlaceholders(namespace: string, signal?: AbortSignal): Promise<{ name: string; replicas: number }[]>;
  /** Server-side apply of such a Deployment. */
  applyPlaceholder(of: Placeholder, where: { namespace: string; image: string }, signal?: AbortSignal): Promise<void>;
  /** Changes its number of pods, and nothing else; one that is gone stays so. */
  scalePlaceholder(ref: JobRef, replicas: number, signal?: AbortSignal): Promise<void>;
  deletePlaceholder(ref: JobRef, signal?: AbortSignal): Promise<void>;
  /** Version text of the API server: the cheapest proof that it answers and takes our credentials. */
  ping(deadlineMs: number): Promise<string>;
  /** Sends a Flink REST request by way of the API server's service proxy. For `adapters/flink` only. */
  proxyService(
    request: {
      namespace: string;
      service: string;
      port: number;
      method: 'GET' | 'POST' | 'PATCH';
      path: string;
      body?: unknown;
    },
    signal?: AbortSignal,
  ): Promise<{ status: number; body: string }>;
  close(): Promise<void>;
}
