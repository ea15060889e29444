/** What the quotas of a zone's namespaces still give. */
import type { JobRef } from '../job/job.ts';
import { formatCpu, formatMemory } from './quantity.ts';
import type { QuotaRoom, Resources } from './types.ts';

type Asked = Resources & { pods: number };

export class QuotaRooms {
  readonly #byNamespace = new Map<string, QuotaRoom[]>();
  /** Jobs that were placed in each namespace. */
  readonly #placed = new Map<string, number>();

  constructor(quotas: readonly QuotaRoom[]) {
    for (const quota of quotas) {
      this.#byNamespace.set(quota.namespace, [...(this.#byNamespace.get(quota.namespace) ?? []), { ...quota }]);
    }
  }

  /** What the quotas of the job's namespace lack for it; undefined when they lack nothing. */
  shortfall({ namespace }: JobRef, asked: Asked): string | undefined {
    for (const quota of this.#byNamespace.get(namespace) ?? []) {
      const missing = shortfallOf(quota, asked);
      if (missing !== undefined) return missing;
    }
    return undefined;
  }

  /** A job is placed, whether there is room for it or not; with `times` -1 it is not any more. */
  place({ namespace }: JobRef, asked: Asked, times: 1 | -1 = 1): void {
    this.#placed.set(namespace, (this.#placed.get(namespace) ?? 0) + times);
    this.hold(namespace, asked, times);
  }

  /** Pods are there; with `times` -1 they are gone. */
  hold(namespace: string, asked: Asked, times: 1 | -1 = 1): void {
    for (const quota of this.#byNamespace.get(namespace) ?? []) {
      for (const what of ['cpuMillis', 'memoryBytes', 'pods'] as const) {
        if (quota[what] !== null) quota[what] -= times * asked[what];
      }
    }
  }

  /** True if a namespace's quotas give too little for the jobs that were placed in it. */
  overdrawn(namespace: string): boolean {
    if (!this.#placed.get(namespace)) return false;
    const quotas = this.#byNamespace.get(namespace) ?? [];
    return quotas.some(({ cpuMillis, memoryBytes, pods }) => Math.min(cpuMillis ?? 0, memoryBytes ?? 0, pods ?? 0) < 0);
  }
}

function shortfallOf(quota: QuotaRoom, demand: Asked): string | undefined {
  const short = (left: number | null, asked: number): left is number => left !== null && asked > left;
  const sentence = (left: string, asked: string) =>
    `quota ${quota.name} of namespace ${quota.namespace} has ${left} left, and its pods ask for ${asked}`;
  if (short(quota.cpuMillis, demand.cpuMillis))
    return sentence(formatCpu(quota.cpuMillis), formatCpu(demand.cpuMillis));
  if (short(quota.memoryBytes, demand.memoryBytes))
    return sentence(formatMemory(quota.memoryBytes), formatMemory(demand.memoryBytes));
  if (!short(quota.pods, demand.pods)) return undefined;
  return `quota ${quota.name} of namespace ${quota.namespace} has ${Math.max(0, quota.pods)} of ${demand.pods} pods left`;
}
