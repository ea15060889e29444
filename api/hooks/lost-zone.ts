/** What a hook reads out of a message. */
import type { Config } from '../../model/config/types.ts';
import { clustersNamed, zoneOfCluster } from '../../model/config/zone-clusters.ts';

/** A zone that the message calls lost. */
export interface LostZone {
  zone: string;
  /** The same for every repeat of the message. */
  incident: string;
  /** ISO 8601. */
  lostAt: string;
}

export interface HookMessage {
  lost: LostZone[];
  /** What should name a lost zone and does not: a sentence each. */
  complaints: string[];
  /** Alerts or events that are about something else. */
  ignored: number;
}

/**
 * The same, but a zone that is named, or each of whose clusters is, is one loss: that of the first of them. Two escapes of
 * one zone would have to wait for each other.
 */
export function wholeZones(config: Pick<Config, 'zones'>, lost: readonly LostZone[]): LostZone[] {
  const named = new Set(lost.map(({ zone }) => zone));
  const isWhole = (zone: string): boolean => {
    const clusters = clustersNamed(config, zone);
    return named.has(zone) || (clusters.length > 1 && clusters.every((cluster) => named.has(cluster)));
  };
  const byName = new Map<string, LostZone>();
  for (const one of lost) {
    const whole = zoneOfCluster(config, one.zone);
    const zone = isWhole(whole) ? whole : one.zone;
    if (!byName.has(zone)) byName.set(zone, { ...one, zone });
  }
  return [...byName.values()];
}
