/** Opens the real outside: clusters, stores and Flink of the configured zones. */
import type { Config } from '../model/config/types.ts';
import { systemClock } from '../adapters/clock.ts';
import { createFlinkGateway } from '../adapters/flink/gateway.ts';
import { openCluster } from '../adapters/kubernetes/open-cluster.ts';
import { ProcessMemory } from '../adapters/process-memory.ts';
import { readSecret } from '../adapters/secrets.ts';
import { openStore } from '../adapters/storage/open-store.ts';
import type { SnapshotStore } from '../adapters/storage/port.ts';
import { wholeStore } from '../model/store-location.ts';
import { known, type Log, type Ports } from '../adapters/ports.ts';

export interface OpenPorts extends Ports {
  /** Frees all connections. */
  close(): Promise<void>;
}

/** A world over the real systems. Opening connects to nothing: a lost zone costs nothing until it is addressed. */
export function openPorts(config: Config, log: Log): OpenPorts {
  const clock = systemClock();
  const zones = Object.entries(config.zones);
  const clusters = Object.fromEntries(zones.map(([name, zone]) => [name, openCluster(zone, clock)]));
  const stores: Record<string, SnapshotStore> = {};
  const wholeStores: Record<string, SnapshotStore> = {};
  for (const [zoneName, zone] of zones) {
    for (const [name, store] of Object.entries(zone.stores)) {
      stores[`${zoneName}/${name}`] = openStore(zoneName, name, store, { secrets: readSecret, clock });
      wholeStores[`${zoneName}/${name}`] = openStore(zoneName, name, wholeStore(store), { secrets: readSecret, clock });
    }
  }
  const flink = createFlinkGateway(clusters, config.zones, clock);
  return {
    config,
    log,
    memory: new ProcessMemory(),
    ...clock,
    cluster: (zone) => known(clusters[zone], `zone ${zone}`),
    store: (zone, name) => known(stores[`${zone}/${name}`], `store ${zone}/${name}`),
    flinkFiles: (zone, name) => known(wholeStores[`${zone}/${name}`], `store ${zone}/${name}`),
    flink,
    async close() {
      const opened = [clusters, stores, wholeStores].flatMap((each) => Object.values<{ close(): Promise<void> }>(each));
      await Promise.all([...opened, flink].map((open) => open.close()));
    },
  };
}
