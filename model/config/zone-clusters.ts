/**
 * Zones of several clusters. Each entry of the configuration is one cluster; those that are `partOf` the same zone are
 * lost together or one by one. Everything but an escape is about one entry.
 */
import { type Config, peersOf } from './types.ts';

type Zones = Pick<Config, 'zones'>;

/** The zone of an entry: the one that it shares with others, or itself. */
export function zoneOfCluster({ zones }: Zones, name: string): string {
  return zones[name]?.partOf ?? name;
}

/** The entries that a name means: itself, or the clusters of that zone in the order of the file; none if it is unknown. */
export function clustersNamed({ zones }: Zones, name: string): string[] {
  if (Object.hasOwn(zones, name)) return [name];
  return Object.values(zones)
    .filter(({ partOf }) => partOf === name)
    .map((cluster) => cluster.name);
}

/** All names by which a zone can be escaped: the entries, then the zones that they are part of. */
export function escapableNames({ zones }: Zones): string[] {
  const shared = Object.values(zones).flatMap(({ partOf }) => partOf ?? []);
  return [...Object.keys(zones), ...new Set(shared)];
}

/** The zones that take the jobs of these entries, each once. */
export function peersOfClusters({ zones }: Zones, clusters: readonly string[]): string[] {
  return [...new Set(clusters.flatMap((name) => peersOf(zones[name]!)))];
}

/** What is said of a name that is no entry, where one is needed. */
export function noSuchCluster(config: Zones, name: string): string {
  const clusters = clustersNamed(config, name);
  return clusters.length > 0
    ? `"${name}" is a zone of several clusters: name one of ${clusters.join(', ')}`
    : `"${name}" is no zone of the configuration; zones are ${Object.keys(config.zones).join(', ')}`;
}

/** What is lost: clusters of one zone. */
export interface LostClusters {
  /** The name of what is lost: the zone's, or that of its one cluster that was asked for. */
  zone: string;
  clusters: string[];
}

/** Finds what an escape is to leave, of a zone or of one cluster of it. `problem` is a sentence. */
export function lostClusters(config: Zones, zone: string, cluster?: string): LostClusters | { problem: string } {
  const clusters = clustersNamed(config, zone);
  if (clusters.length === 0) {
    return { problem: `"${zone}" is no zone of the configuration; zones are ${escapableNames(config).join(', ')}` };
  }
  if (cluster === undefined) return { zone, clusters };
  if (clusters.includes(cluster)) return { zone: cluster, clusters: [cluster] };
  const has = clusters.length === 1 ? 'its only cluster is' : 'its clusters are';
  return { problem: `"${cluster}" is no cluster of ${zone}; ${has} ${clusters.join(', ')}` };
}
