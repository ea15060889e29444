/**
 * What lies outside, as ports: opened by the process, replaced by fakes in tests. A verb names those that it needs, itself
 * or in what it calls, so that its signature says what it may touch.
 */
import type { Config, ZoneConfig } from '../model/config/types.ts';
import { defaultStoreName } from '../model/placement/job-store.ts';
import type { Clock } from './clock.ts';
import type { FlinkGateway } from './flink/port.ts';
import type { ZoneCluster } from './kubernetes/port.ts';
import type { ProcessMemory } from './process-memory.ts';
import type { SnapshotStore } from './storage/port.ts';

export type { Clock } from './clock.ts';

export interface Log {
  info(fields: Record<string, unknown>, message: string): void;
  warn(fields: Record<string, unknown>, message: string): void;
}

export interface Configured {
  config: Config;
}

export interface Clusters {
  /** Connects at the first call, so that a lost zone is not touched by merely existing in the configuration. */
  cluster(zone: string): ZoneCluster;
}

export interface Stores {
  store(zone: string, store: string): SnapshotStore;
  /** The same store without its prefix: what Flink jobs write by themselves lies elsewhere in it. Only read from it. */
  flinkFiles(zone: string, store: string): SnapshotStore;
}

export interface FlinkAccess {
  flink: FlinkGateway;
}

export interface Logging {
  log: Log;
}

export interface Remembering {
  memory: ProcessMemory;
}

/** All of them, for who hands them on. */
export interface Ports extends Configured, Clusters, Stores, FlinkAccess, Logging, Clock, Remembering {}

/** What a long activity needs of its surroundings: a sign of life, and when to stop. */
export interface Pulse {
  beat(details?: unknown): void;
  /** Time between two beats that is often enough; a second without it. */
  beatEveryMs?: number;
  /** What the last attempt's newest beat carried, when this one takes over from it. */
  resumed: unknown;
  signal: AbortSignal;
  /** Waits, unless cancelled first. */
  sleep(ms: number): Promise<void>;
}

/** What must be there by construction; its absence is a bug of ours, not a failure of the outside. */
export function known<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`${what} is not configured`);
  return value;
}

/** The zone's configuration; callers check names at the border. */
export function zoneConfig(ports: Configured, zone: string): ZoneConfig {
  return known(ports.config.zones[zone], `zone ${zone}`);
}

/** The zone's first store: of jobs that name none, and of all that belongs to no job. */
export function defaultStore(ports: Configured & Stores, zone: string): SnapshotStore {
  return ports.store(zone, defaultStoreName(zoneConfig(ports, zone)));
}
