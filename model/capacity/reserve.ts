/** Room that is kept free in a zone for the jobs that would escape to it, as pods that give way to anything. */
import { checksum } from '../inputs/escape-input.ts';
import { type FlinkDeployment, jobOf } from '../job/flink-deployment.ts';
import { jobKey } from '../job/job.ts';
import { annotations, labels } from '../job/marks.ts';
import { isTier, type Tier } from '../job/tier.ts';
import { demandOf } from './demand.ts';
import type { Placing, Resources } from './types.ts';

/** Placeholder pods of one size. */
export interface Placeholder extends Resources, Placing {
  /** Of their Deployment: the same for the same size, selector and tolerations. */
  name: string;
  replicas: number;
}

const placeholderPriorityClass = 'az-escape-placeholder';

/**
 * The placeholders that as many pods take as the standbys of these tiers would, but for jobs that are `started`. A
 * standby whose demand cannot be told has none. In order of names.
 */
export function reserveFor(
  zone: string,
  standbys: readonly FlinkDeployment[],
  tiers: readonly Tier[],
  started: ReadonlySet<string> = new Set(),
): Placeholder[] {
  const found = new Map<string, Placeholder>();
  for (const standby of standbys) {
    const { metadata, spec } = standby;
    const tier = metadata.labels?.[labels.tier];
    const waits =
      metadata.labels?.[labels.role] === 'standby' && metadata.annotations?.[annotations.activeZone] !== zone;
    if (!waits || !isTier(tier) || !tiers.includes(tier) || started.has(jobKey(jobOf(standby)))) continue;
    const demand = demandOf(spec);
    if ('unknown' in demand) continue;
    for (const { count, cpuMillis, memoryBytes, nodeSelector, tolerations } of demand.shapes) {
      const size = { cpuMillis, memoryBytes, nodeSelector: sorted(nodeSelector), tolerations };
      const name = `placeholder-${checksum(JSON.stringify(size))}`;
      const known = found.get(name);
      if (known) known.replicas += count;
      else found.set(name, { name, replicas: count, ...size });
    }
  }
  return [...found.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function sorted(selector: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(selector).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** The Deployment that keeps placeholders of one size, for server-side apply. */
export function placeholderDeployment(of: Placeholder, where: { namespace: string; image: string }): object {
  const marks = { [labels.placeholder]: of.name, 'app.kubernetes.io/name': 'az-escape' };
  const requests = { cpu: `${of.cpuMillis}m`, memory: String(of.memoryBytes) };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: of.name, namespace: where.namespace, labels: marks },
    spec: {
      replicas: of.replicas,
      selector: { matchLabels: { [labels.placeholder]: of.name } },
      // Their number is all that matters, and that of none is a moment's.
      revisionHistoryLimit: 0,
      template: {
        metadata: { labels: marks },
        spec: {
          priorityClassName: placeholderPriorityClass,
          // They hold nothing that needs an orderly end, and others wait for the room.
          terminationGracePeriodSeconds: 0,
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          nodeSelector: of.nodeSelector,
          tolerations: of.tolerations,
          containers: [{ name: 'placeholder', image: where.image, resources: { requests, limits: requests } }],
        },
      },
    },
  };
}
