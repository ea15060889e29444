/** `lab fleet`: simulated jobs by the thousand on the lab's real API servers and store. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fleetProcess, fleetSimulator, fleetUrl, type FleetSettings } from '../fleet/component.ts';
import { createActive, createFleetNamespace, createStandbys, writeRecoveryPoints } from '../fleet/create-fleet.ts';
import { deleteFleet } from '../fleet/delete-fleet.ts';
import { fleetJobs, fleetNamespace } from '../fleet/fleet-jobs.ts';
import { openPodApi, type PodApi } from '../fleet/pods/api.ts';
import { usualPods } from '../fleet/pods/pods-of-job.ts';
import { usualNode } from '../fleet/pods/simulated-nodes.ts';
import { addNodes, nodesFor, removeNodes } from '../fleet/pods/zone-nodes.ts';
import { publishRest } from '../fleet/service-proxy.ts';
import { labPorts, labZone, labZoneNames, type LabZone } from '../layout.ts';
import { withLabLock } from '../lock.ts';
import { createCgroups } from '../zones/cgroups.ts';
import { startComponent, waitForComponent } from '../zones/component.ts';
import { findProcess, stopProcess } from '../zones/process.ts';
import { s3Objects } from '../zones/s3.ts';
import type { Report } from '../zones/zone.ts';
import { withElapsed } from './progress.ts';
import { requireRoot } from './require-root.ts';

/** Prefix of the lab's stores in the product's configuration. */
const prefix = 'az-escape';

const [home, peer] = labZoneNames;

export interface FleetOptions extends FleetSettings {
  jobs: number;
  /** Simulated nodes for the pods; as many as hold them without it. */
  nodes?: number;
}

/** Folder of the product's objects in a zone's S3 store. */
const storeFolder = (zone: LabZone) => join(s3Objects(zone), zone.s3.bucket, prefix);

/**
 * Creates the fleet and starts its simulators. What is there stays, so it may be repeated, and a larger fleet grows.
 * @throws when a zone of the lab does not serve
 */
export async function fleetUp(options: FleetOptions, report: Report): Promise<void> {
  requireRoot();
  await withLabLock('fleet up', report, async () => {
    const progress = withElapsed(report);
    const jobs = fleetJobs(options.jobs);
    const pods = options.pods === undefined ? undefined : { ...usualPods, pods: options.pods };
    const place = { home, peer, store: 's3', ...(pods ? { pods } : {}) };
    const store = { name: 's3', root: `s3a://${peer}/${prefix}`, folder: storeFolder(labZone(peer)) };
    const points = writeRecoveryPoints(jobs, place, store, options.seed);
    progress.line(`${peer}  ${jobs.length} recovery points`);
    for (const name of labZoneNames) {
      const zone = labZone(name);
      await withApi(zone, async (api) => {
        await createFleetNamespace(api);
        // Settings may be others than last time.
        await stopProcess(zone.dir, fleetProcess, 2_000);
        const zonePlace = { zone, cgroupProcs: createCgroups(zone.name) };
        const { pods: _, ...withoutPods } = options;
        // The lost zone's pods matter to nobody: only where jobs escape to is there room to be had.
        const component = fleetSimulator(zone, name === peer ? options : withoutPods);
        if (pods && name === peer) {
          const nodes = options.nodes ?? nodesFor(jobs.length, pods);
          await addNodes(zonePlace, api, nodes);
          progress.line(
            `${name}  ${nodes} SIMULATED nodes of ${usualNode.cores} cores; the scheduler is the zone's own`,
          );
        }
        await startComponent(zonePlace, component);
        await waitForComponent(zone, component);
        await publishRest(api, jobs, { address: zone.ip, port: labPorts.fleetRest });
        await (name === home ? createActive(api, jobs, place) : createStandbys(api, points, place));
      });
      progress.line(`${name}  ${jobs.length} simulated jobs; their Flink and its operator are simulated`);
    }
  });
}

export interface FleetStatus {
  zone: string;
  simulator: 'runs' | 'stopped' | 'silent';
  /** What it says of itself; the jobs that were told to run, and those whose tasks all run. */
  says?: FleetSettings & { started: number; running: number; podsRunning?: number };
}

/** Asks the simulators how they are. */
export async function fleetStatus(): Promise<FleetStatus[]> {
  return Promise.all(
    labZoneNames.map(async (name): Promise<FleetStatus> => {
      const zone = labZone(name);
      if (!findProcess(zone.dir, fleetProcess)) return { zone: name, simulator: 'stopped' };
      try {
        const answer = await fetch(fleetUrl(zone), { signal: AbortSignal.timeout(2_000) });
        return { zone: name, simulator: 'runs', says: (await answer.json()) as NonNullable<FleetStatus['says']> };
      } catch {
        return { zone: name, simulator: 'silent' };
      }
    }),
  );
}

/** Status for people. */
export function renderFleetStatus(status: readonly FleetStatus[]): string {
  return status
    .map(({ zone, simulator, says }) => {
      if (!says) return `${zone}  fleet: the simulator is ${simulator}`;
      const { started, running, seed, speed, faults, podsRunning } = says;
      const pods = podsRunning === undefined ? '' : `, ${podsRunning} pods on simulated nodes`;
      return `${zone}  fleet: SIMULATED jobs: ${started} told to run, ${running} run${pods} (seed ${seed}, speed ${speed}, share of faults ${faults})`;
    })
    .join('\n');
}

/** Stops the simulators and deletes the fleet from every zone that answers. */
export async function fleetDown(report: Report): Promise<void> {
  requireRoot();
  await withLabLock('fleet down', report, async () => {
    const progress = withElapsed(report);
    for (const name of labZoneNames) {
      const zone = labZone(name);
      await stopProcess(zone.dir, fleetProcess, 2_000);
      for (const kind of ['recovery-points', 'snapshots', 'epochs'])
        rmSync(join(storeFolder(zone), kind, fleetNamespace), { recursive: true, force: true });
      try {
        await withApi(zone, deleteFleet);
        await withApi(zone, (api) => removeNodes(zone, api));
        progress.line(`${name}  the fleet is gone`);
      } catch (error) {
        progress.line(`${name}  is left as it is: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  });
}

async function withApi(zone: LabZone, act: (api: PodApi) => Promise<void>): Promise<void> {
  const api = openPodApi(zone.adminKubeconfig);
  try {
    await act(api);
  } finally {
    await api.close();
  }
}
