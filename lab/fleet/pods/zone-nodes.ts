/** Simulated nodes in a zone of the lab: its own scheduler places the pods of simulated jobs on them. */
import { labPorts, type LabZone } from '../../layout.ts';
import { answersOk } from '../../zones/ask.ts';
import { startComponent, waitForComponent, type Component, type ZonePlace } from '../../zones/component.ts';
import { stopProcess } from '../../zones/process.ts';
import type { PodApi } from './api.ts';
import { kwokArguments, kwokBinary, kwokTool } from './kwok.ts';
import { simulatedNode } from './labels.ts';
import type { PodsPerJob } from './pods-of-job.ts';
import { createPriorityClasses } from './priority-classes.ts';
import { createSimulatedNodes, usualNode } from './simulated-nodes.ts';

/** Nodes beyond those that a fleet's pods fill: a full cluster would make each escape one of pre-emption. */
const spareShare = 1.05;

/** How many usual nodes hold the pods of so many jobs. */
export function nodesFor(jobs: number, { pods, taskManager }: PodsPerJob): number {
  const onOneNode = Math.floor(usualNode.cores / taskManager.cores);
  return Math.ceil((jobs * pods * spareShare) / onOneNode);
}

/** Creates nodes and priority classes, and starts kwok in the zone. What is there stays. */
export async function addNodes(place: ZonePlace, api: PodApi, count: number): Promise<void> {
  const component = kwok(place.zone);
  await createPriorityClasses(api);
  await startComponent(place, component);
  await waitForComponent(place.zone, component);
  // With kwok there before them: the zone gives up nodes from which it hears nothing for 20 s.
  await createSimulatedNodes(api, count);
}

/** Deletes the nodes, then stops kwok. @throws when the API server refuses or is away */
export async function removeNodes(zone: LabZone, api: PodApi): Promise<void> {
  const [[key, value] = []] = Object.entries(simulatedNode);
  const answer = await api.send('DELETE', `/api/v1/nodes?labelSelector=${key}%3D${value}`);
  if (answer.status >= 300) throw new Error(`simulated nodes stay: ${answer.status} ${answer.body.slice(0, 200)}`);
  await stopProcess(zone.dir, kwokTool, 2_000);
}

function kwok(zone: LabZone): Component {
  const serve = `${zone.ip}:${labPorts.kwok}`;
  return {
    name: kwokTool,
    command: kwokBinary,
    args: kwokArguments({ kubeconfig: zone.adminKubeconfig, serve, leaseSeconds: 40 }),
    ready: answersOk(`http://${serve}/healthz`),
  };
}
