/** The fleet's simulator of a zone of the lab: a process in the zone's network, which dies with the zone. */
import { join } from 'node:path';
import { cacheDir, labHome, labPorts, type LabZone } from '../layout.ts';
import { answersOk } from '../zones/ask.ts';
import type { Component } from '../zones/component.ts';

/** What the simulator is told when it starts. */
export interface FleetSettings {
  seed: number;
  speed: number;
  faults: number;
  /** Pods of each job in the surviving zone, on simulated nodes; none without it. */
  pods?: number;
}

/** Name of its process in each zone. */
export const fleetProcess = 'fleet';

/** Where it says how it is. */
export const fleetUrl = (zone: LabZone): string => `http://${zone.ip}:${labPorts.fleetRest}/`;

export function fleetSimulator(zone: LabZone, { seed, speed, faults, pods = 0 }: FleetSettings): Component {
  return {
    name: fleetProcess,
    command: process.execPath,
    args: [join(import.meta.dirname, 'main.ts'), zone.name, ...[seed, speed, faults, pods].map(String)],
    env: { AZ_ESCAPE_LAB_HOME: labHome, AZ_ESCAPE_CACHE: cacheDir },
    ready: answersOk(fleetUrl(zone)),
  };
}
