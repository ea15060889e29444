/** Keeps as many placeholder pods in a zone as the standbys there would need, and lets them go when these start. */
import { reserveFor } from '../../model/capacity/reserve.ts';
import { labels } from '../../model/job/marks.ts';
import type { Reserve } from '../../model/results/protect.ts';
import { OutsideFailure } from '../../adapters/failure.ts';
import { type Clusters, type Configured, zoneConfig } from '../../adapters/ports.ts';

/** Where room is reserved for the jobs of a zone: in its peer, if that is configured. */
export function reservesRoom(ports: Configured, peer: string): boolean {
  return zoneConfig(ports, peer).kubernetes.placeholders !== undefined;
}

/** Makes, resizes and deletes Deployments of placeholders. Repeating it changes nothing. */
export async function keepReserve(ports: Configured & Clusters, zone: string, signal: AbortSignal): Promise<Reserve> {
  const { placeholders } = zoneConfig(ports, zone).kubernetes;
  if (!placeholders) return { zone, pods: 0, trouble: '' };
  const { namespace, tiers } = placeholders;
  const cluster = ports.cluster(zone);
  try {
    const [standbys, existing] = await Promise.all([
      cluster.listDeployments(`${labels.role}=standby`, signal),
      cluster.listPlaceholders(namespace, signal),
    ]);
    const wanted = reserveFor(zone, standbys, tiers);
    const names = new Set(wanted.map(({ name }) => name));
    // First what is too much: its room may be needed for what is too little.
    for (const { name } of existing) if (!names.has(name)) await cluster.deletePlaceholder({ namespace, name }, signal);
    for (const one of wanted) await cluster.applyPlaceholder(one, placeholders, signal);
    return { zone, pods: wanted.reduce((sum, { replicas }) => sum + replicas, 0), trouble: '' };
  } catch (error) {
    if (!(error instanceof OutsideFailure) || error.retryable) throw error;
    return { zone, pods: 0, trouble: `no room is reserved in ${zone}: ${error.message}` };
  }
}

/**
 * Lets those placeholders go whose room jobs are about to take, so that they need not wait until the scheduler has
 * pre-empted pod after pod. Those for other standbys stay.
 */
export async function freeReserve(
  ports: Configured & Clusters,
  zone: string,
  started: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<void> {
  const { placeholders } = zoneConfig(ports, zone).kubernetes;
  if (!placeholders) return;
  const { namespace, tiers } = placeholders;
  const cluster = ports.cluster(zone);
  const [standbys, existing] = await Promise.all([
    cluster.listDeployments(`${labels.role}=standby`, signal),
    cluster.listPlaceholders(namespace, signal),
  ]);
  const stays = new Map(reserveFor(zone, standbys, tiers, started).map(({ name, replicas }) => [name, replicas]));
  await Promise.all(
    existing.map(async ({ name, replicas }) => {
      const left = Math.min(replicas, stays.get(name) ?? 0);
      if (left < replicas) await cluster.scalePlaceholder({ namespace, name }, left, signal);
    }),
  );
}
