/**
 * Rules that span several fields of the configuration. They read the raw document, so that they are reported together
 * with the mistakes of shape and not only after those are mended.
 */

export interface ConfigProblem {
  /** Where: `zones.az-a.peer`. */
  path: (string | number)[];
  message: string;
}

type Raw = Record<string, unknown>;

function isObject(value: unknown): value is Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Problems between fields: the peer must be another zone of the file, not lost with this one, with the same stores. */
export function crossCheck(raw: unknown): ConfigProblem[] {
  const zones = isObject(raw) && isObject(raw['zones']) ? raw['zones'] : {};
  const names = Object.keys(zones);
  const problems: ConfigProblem[] = [];
  if (names.length < 2) {
    problems.push({ path: ['zones'], message: `names ${names.length} zone(s); an escape needs at least two` });
  }
  for (const name of names) {
    const zone = zones[name];
    if (!isObject(zone)) continue;
    problems.push(...checkPartOf(name, zone, names), ...checkPeers(name, zone, zones), ...checkStores(name, zone));
  }
  return [...problems, ...checkServices(asRaw(raw), [...names, ...sharedZones(zones)])];
}

/** A service that is mapped to a mistyped zone would be found out by the lost zone's alert, not before. */
function checkServices(raw: Raw, zones: string[]): ConfigProblem[] {
  const pagerduty = asRaw(asRaw(asRaw(raw['api'])['hooks'])['pagerduty']);
  return Object.entries(asRaw(pagerduty['services'])).flatMap(([service, zone]) =>
    typeof zone !== 'string' || zones.includes(zone)
      ? []
      : [
          {
            path: ['api', 'hooks', 'pagerduty', 'services', service],
            message: `names "${zone}", which is no zone of this file (${zones.join(', ')})`,
          },
        ],
  );
}

/** Zones that entries say they are part of. */
function sharedZones(zones: Raw): string[] {
  const named = Object.values(zones).map((zone) => asRaw(zone)['partOf']);
  return [...new Set(named.filter((one) => typeof one === 'string'))];
}

/** One name must not mean a cluster and a zone that has others besides. */
function checkPartOf(name: string, { partOf }: Raw, names: readonly string[]): ConfigProblem[] {
  if (typeof partOf !== 'string' || !names.includes(partOf)) return [];
  const message = `names "${partOf}", which is a cluster of this file itself; give the zone a name of its own`;
  return [{ path: ['zones', name, 'partOf'], message }];
}

function checkPeers(name: string, zone: Raw, zones: Raw): ConfigProblem[] {
  const { peer, peers } = zone;
  if (peer === undefined && peers === undefined) {
    return [
      {
        path: ['zones', name, 'peer'],
        message: 'is missing: name the zone that takes its jobs, or several by `peers`',
      },
    ];
  }
  if (peer !== undefined && peers !== undefined) {
    return [{ path: ['zones', name, 'peers'], message: 'stands beside `peer`; name them all by `peers` alone' }];
  }
  if (!Array.isArray(peers)) return checkPeer(name, zone, peer, ['zones', name, 'peer'], zones);
  const all: unknown[] = peers;
  return all.flatMap((one, index) => {
    const path = ['zones', name, 'peers', index];
    if (all.indexOf(one) < index) return [{ path, message: `names ${JSON.stringify(one)} a second time` }];
    return checkPeer(name, zone, one, path, zones);
  });
}

function checkPeer(name: string, zone: Raw, peer: unknown, path: ConfigProblem['path'], zones: Raw): ConfigProblem[] {
  if (typeof peer !== 'string') return [];
  if (peer === name) return [{ path, message: `is the zone itself; a zone cannot be its own peer` }];
  const peerZone = zones[peer];
  if (!isObject(peerZone)) {
    const clusters = Object.keys(zones).filter((one) => asRaw(zones[one])['partOf'] === peer);
    if (clusters.length > 0) {
      const message = `names "${peer}", which is a zone of several clusters; name some of ${clusters.join(', ')}`;
      return [{ path, message }];
    }
    return [{ path, message: `names "${peer}", which is no zone of this file (${Object.keys(zones).join(', ')})` }];
  }
  if (typeof zone['partOf'] === 'string' && zone['partOf'] === peerZone['partOf']) {
    return [{ path, message: `names "${peer}", which is part of ${zone['partOf']} as well and is lost with it` }];
  }
  const [own, there] = [Object.keys(asRaw(zone['stores'])), Object.keys(asRaw(peerZone['stores']))];
  const missing = own.filter((store) => !there.includes(store));
  return missing.length === 0
    ? []
    : [
        {
          path: ['zones', name, 'stores'],
          message: `peer "${peer}" has no store named ${missing.map((s) => `"${s}"`).join(', ')}; peers name their stores alike`,
        },
      ];
}

function checkStores(name: string, zone: Raw): ConfigProblem[] {
  return isObject(zone['stores']) && Object.keys(zone['stores']).length === 0
    ? [{ path: ['zones', name, 'stores'], message: 'is empty; a zone needs at least one store' }]
    : [];
}

function asRaw(value: unknown): Raw {
  return isObject(value) ? value : {};
}
