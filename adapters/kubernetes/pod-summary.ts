/** From a Pod object to the few facts that decisions read. */
import type { PodSummary } from './port.ts';

interface ContainerState {
  waiting?: { reason?: string; message?: string };
  running?: object;
  terminated?: { reason?: string; message?: string; exitCode?: number };
}

interface ContainerStatus {
  name: string;
  ready: boolean;
  restartCount: number;
  state?: ContainerState;
  lastState?: ContainerState;
}

export interface PodObject {
  metadata: { name: string; labels?: Record<string, string> };
  spec?: { nodeName?: string };
  status?: {
    phase?: string;
    /** Of the pod as a whole: Evicted, NodeLost, … */
    reason?: string;
    message?: string;
    podIP?: string;
    conditions?: { type: string; status: string; reason?: string; message?: string }[];
    containerStatuses?: ContainerStatus[];
    initContainerStatuses?: ContainerStatus[];
  };
}

export function summarizePod(pod: PodObject): PodSummary {
  const status = pod.status ?? {};
  const containers = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  const trouble = containers.map(troubleOf).find((found) => found !== undefined) ?? {
    reason: status.reason,
    message: status.message,
  };
  const scheduled = status.conditions?.find((condition) => condition.type === 'PodScheduled');
  const ready = status.conditions?.find((condition) => condition.type === 'Ready');
  return {
    name: pod.metadata.name,
    component: pod.metadata.labels?.['component'],
    phase: status.phase ?? 'Unknown',
    ready: ready?.status === 'True',
    restarts: Math.max(0, ...(status.containerStatuses ?? []).map((container) => container.restartCount)),
    reason: trouble.reason,
    message: trouble.message,
    unschedulable: scheduled?.status === 'False' ? (scheduled.message ?? scheduled.reason) : undefined,
    nodeName: pod.spec?.nodeName,
    podIp: status.podIP,
  };
}

/** Reasons of a container that is merely on its way. */
const ordinary = new Set(['ContainerCreating', 'PodInitializing', 'Completed']);

/**
 * Why a container is not well. What ended it last outranks CrashLoopBackOff, which only says that it ended:
 * OOMKilled stands in `lastState` alone.
 */
function troubleOf(
  container: ContainerStatus,
): { reason: string | undefined; message: string | undefined } | undefined {
  const { waiting, terminated } = container.state ?? {};
  const ended = terminated ?? container.lastState?.terminated;
  if (waiting?.reason !== undefined && waiting.reason !== 'CrashLoopBackOff' && !ordinary.has(waiting.reason)) {
    return { reason: waiting.reason, message: waiting.message };
  }
  if (ended?.reason === 'OOMKilled') return { reason: ended.reason, message: describeExit(ended) };
  if (waiting?.reason === 'CrashLoopBackOff') {
    return { reason: waiting.reason, message: ended ? describeExit(ended) : waiting.message };
  }
  if (ended?.reason !== undefined && !ordinary.has(ended.reason)) {
    return { reason: ended.reason, message: describeExit(ended) };
  }
  return undefined;
}

function describeExit(ended: NonNullable<ContainerState['terminated']>): string {
  const code = ended.exitCode === undefined ? 'ended' : `ended with exit code ${ended.exitCode}`;
  return ended.message ? `${code}: ${ended.message.trim()}` : code;
}
