/** `lab status`: what runs, what it costs, and whether it answers. */
import { labTemporal, labZone, labZoneNames, type LabZoneName } from '../layout.ts';
import { temporalMissing, temporalProcess, temporalUi } from '../temporal.ts';
import { zoneProcesses } from '../zones/census.ts';
import { componentMissing } from '../zones/component.ts';
import { currentFault, type Fault } from '../zones/faults.ts';
import { findProcess, processUsage } from '../zones/process.ts';
import { zoneComponents } from '../zones/zone.ts';
import { toolchainStatus, type ToolStatus } from '../toolchain/status.ts';
import { lackingTools } from './lacking-tools.ts';

/** One process, or the sum of a zone's pods. */
export interface ComponentStatus {
  name: string;
  pid?: number;
  /** `ready` is the component's own word, asked just now. */
  state: 'ready' | 'not ready' | 'stopped';
  /** What it lacks to be ready. */
  missing?: string;
  memoryMb: number;
  cpuSeconds: number;
}

/** A zone and what runs in it. */
export interface ZoneStatus {
  zone: LabZoneName;
  state: 'up' | 'down' | 'incomplete' | 'killed' | 'partitioned' | 'frozen';
  fault?: Fault;
  components: ComponentStatus[];
  pods: { processes: number; memoryMb: number; cpuSeconds: number };
  memoryMb: number;
}

/** The lab as a whole. */
export interface LabStatus {
  up: boolean;
  zones: ZoneStatus[];
  temporal: ComponentStatus & { address: string; ui: string };
  toolchain: ToolStatus[];
}

const faultStates = { kill: 'killed', partition: 'partitioned', freeze: 'frozen' } as const;

/** Asks everything of the lab how it is; changes nothing and waits for no lock. */
export async function labStatus(): Promise<LabStatus> {
  const [zones, temporal] = await Promise.all([Promise.all(labZoneNames.map(zoneStatus)), temporalStatus()]);
  return {
    up: temporal.state === 'ready' && zones.every(({ state }) => state === 'up'),
    zones,
    temporal,
    toolchain: toolchainStatus(),
  };
}

async function zoneStatus(name: LabZoneName): Promise<ZoneStatus> {
  const zone = labZone(name);
  const fault = await currentFault(zone);
  // Without their jars the JVMs cannot even be described; then nothing of the zone can run either.
  const known = lackingTools().length > 0 ? [] : zoneComponents(zone);
  const components = await Promise.all(
    known.map(async (component): Promise<ComponentStatus> => {
      const identity = findProcess(zone.dir, component.name);
      const usage = identity && processUsage(identity.pid);
      if (!identity || !usage) return { name: component.name, state: 'stopped', memoryMb: 0, cpuSeconds: 0 };
      const missing = await componentMissing(zone, component);
      return {
        name: component.name,
        pid: identity.pid,
        state: missing === undefined ? 'ready' : 'not ready',
        ...(missing === undefined ? {} : { missing }),
        memoryMb: usage.memoryMb,
        cpuSeconds: usage.cpuSeconds,
      };
    }),
  );
  const processes = zoneProcesses(name);
  const pods = processes.filter(({ component }) => component === 'pod');
  return {
    zone: name,
    state: fault ? faultStates[fault.kind] : stateOf(components),
    ...(fault ? { fault } : {}),
    components,
    pods: { processes: pods.length, memoryMb: sum(pods, 'memoryMb'), cpuSeconds: sum(pods, 'cpuSeconds') },
    memoryMb: sum(processes, 'memoryMb'),
  };
}

function stateOf(components: readonly ComponentStatus[]): 'up' | 'down' | 'incomplete' {
  if (components.every(({ state }) => state === 'stopped')) return 'down';
  return components.every(({ state }) => state === 'ready') ? 'up' : 'incomplete';
}

function sum<K extends string>(items: readonly Record<K, number>[], key: K): number {
  return items.reduce((total, item) => total + item[key], 0);
}

async function temporalStatus(): Promise<LabStatus['temporal']> {
  const identity = temporalProcess();
  const usage = identity && processUsage(identity.pid);
  const place = { name: 'temporal', address: labTemporal.address, ui: temporalUi };
  if (!identity || !usage) return { ...place, state: 'stopped', memoryMb: 0, cpuSeconds: 0 };
  const missing = await temporalMissing();
  return {
    ...place,
    pid: identity.pid,
    state: missing === undefined ? 'ready' : 'not ready',
    ...(missing === undefined ? {} : { missing }),
    memoryMb: usage.memoryMb,
    cpuSeconds: usage.cpuSeconds,
  };
}

/** The status as a table for people. */
export function renderStatus(status: LabStatus): string {
  const lines = [row('zone', 'component', 'pid', 'state', 'MB', 'CPU s', '')];
  const add = (zone: string, c: ComponentStatus) =>
    lines.push(
      row(zone, c.name, String(c.pid ?? '-'), c.state, c.memoryMb.toFixed(0), c.cpuSeconds.toFixed(1), c.missing ?? ''),
    );
  for (const zone of status.zones) {
    for (const component of zone.components) add(zone.zone, component);
    const { processes, memoryMb, cpuSeconds } = zone.pods;
    lines.push(row(zone.zone, `pods (${processes} processes)`, '', '', memoryMb.toFixed(0), cpuSeconds.toFixed(1), ''));
    const since = zone.fault ? ` since ${zone.fault.since}` : '';
    lines.push(row(zone.zone, `= ${zone.state}${since}`, '', '', zone.memoryMb.toFixed(0), '', ''), '');
  }
  add('host', status.temporal);
  lines.push(`Temporal ${status.temporal.address}, Web UI ${status.temporal.ui}`);
  const open = status.toolchain.filter(({ inDemo, state }) => inDemo && state !== 'done');
  const words = open.map(({ name, state }) => `${name} (${state})`);
  lines.push(open.length === 0 ? 'toolchain complete' : `toolchain: ${words.join(', ')}`);
  return lines.join('\n');
}

function row(
  zone: string,
  name: string,
  pid: string,
  state: string,
  memory: string,
  cpu: string,
  note: string,
): string {
  return `${zone.padEnd(6)}${name.padEnd(26)}${pid.padStart(8)}  ${state.padEnd(10)}${memory.padStart(6)}${cpu.padStart(8)}  ${note}`.trimEnd();
}
