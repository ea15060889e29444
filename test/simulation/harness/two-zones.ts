/** Configuration of simulated zones that are each other's peers. */
import type { Config, ZoneConfig } from '../../../model/config/types.ts';
import { buildConfig, buildZone } from '../../builders/config.ts';

export interface Stage {
  config: Config;
  home: string;
  peer: string;
}

/** Distinct zone names for each scenario: `escape-active/<zone>` is one per Temporal namespace. */
export function twoZones(scenario: string): Stage {
  const [home, peer] = [`home-${scenario}`, `peer-${scenario}`];
  const zones = [buildZone(home, [peer]), buildZone(peer, [home])];
  return { home, peer, config: buildConfig(zones, `az-escape-${scenario}`) };
}

/** A third zone beside them: the jobs of `home` may go to `peer` or to `other`. */
export function threeZones(scenario: string): Stage & { other: string } {
  const { config, home, peer } = twoZones(scenario);
  const other = `other-${scenario}`;
  config.zones = {
    [home]: buildZone(home, [peer, other]),
    [peer]: buildZone(peer, [home, other]),
    [other]: buildZone(other, [home, peer]),
  };
  return { config, home, peer, other };
}

/** A zone of two clusters, `home` and `green`: jobs of both may go to `peer` or to `other`. */
export function twoClusters(scenario: string): Stage & { whole: string; green: string; other: string } {
  const { config, peer, other } = threeZones(scenario);
  const whole = `zone-${scenario}`;
  const [home, green] = [`${whole}-blue`, `${whole}-green`];
  const cluster = (name: string): ZoneConfig => buildZone(name, [peer, other], { partOf: whole });
  config.zones = {
    [home]: cluster(home),
    [green]: cluster(green),
    [peer]: buildZone(peer, [home, green]),
    [other]: buildZone(other, [peer]),
  };
  return { config, home, peer, whole, green, other };
}
