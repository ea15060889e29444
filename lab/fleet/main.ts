/**
 * The process of a zone's simulator: `main.ts <zone> <seed> <speed> <share of faults> <pods of each job>`. Ends with
 * SIGTERM.
 */
import { labPorts, labZone, labZoneNames } from '../layout.ts';
import { fleetNamespace } from './fleet-jobs.ts';
import { openPodApi } from './pods/api.ts';
import { PodBody } from './pods/pod-body.ts';
import { FleetSimulator } from './simulator.ts';

const [name, seed, speed, faults, pods] = process.argv.slice(2);
const known = labZoneNames.find((zone) => zone === name);
if (!known) throw new Error(`Give a zone: ${labZoneNames.join(' or ')}.`);
const zone = labZone(known);
const api = openPodApi(zone.adminKubeconfig);
const settings = {
  namespace: fleetNamespace,
  seed: Number(seed),
  speed: Number(speed),
  faults: Number(faults),
  rest: { host: zone.ip, port: labPorts.fleetRest },
};
const say = (sentence: string) => console.error(new Date().toISOString(), sentence);
const body = Number(pods) > 0 ? new PodBody(api, say) : undefined;
await body?.open();
const simulator = new FleetSimulator(api, settings, say, body);
await simulator.open();
console.log(`simulates Flink and its operator for namespace ${fleetNamespace} of ${zone.name}`);
process.once('SIGTERM', () => {
  void Promise.all([simulator.close(), body?.close()]).then(() => api.close());
});
