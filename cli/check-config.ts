/** `config check`: tries each endpoint that the configuration names, all of them, and says what each answered. */
import { seeRoom } from '../zones/capacity/see-room.ts';
import type { Clock, Clusters, Configured } from '../adapters/ports.ts';
import type { Config } from '../model/config/types.ts';
import { connectClient } from '../client/temporal.ts';
import { openPorts } from '../runtime/open-ports.ts';

export interface EndpointCheck {
  /** `temporal`, `az-a kubernetes`, `az-a store s3`. */
  endpoint: string;
  ok: boolean;
  /** What it answered, or why it cannot be used. */
  detail: string;
}

const silentLog = { info: () => {}, warn: () => {} };

/** Tries everything side by side; each within the probe deadline. */
export async function checkEndpoints(config: Config): Promise<EndpointCheck[]> {
  const world = openPorts(config, silentLog);
  const deadlineMs = config.escape.probeDeadlineMs;
  try {
    const checks = [attempt('temporal', () => checkTemporal(config, deadlineMs))];
    for (const zone of Object.values(config.zones)) {
      checks.push(
        attempt(`${zone.name} kubernetes`, async () => {
          const version = await world.cluster(zone.name).ping(deadlineMs);
          const jobs = await world.cluster(zone.name).listDeployments(undefined, world.timeout(deadlineMs));
          const found = `${jobs.length} FlinkDeployments in ${zone.kubernetes.namespaces.join(', ')}`;
          return `${version}; ${found}; ${await describeRoom(world, zone.name)}`;
        }),
      );
      for (const name of Object.keys(zone.stores)) {
        checks.push(
          attempt(`${zone.name} store ${name}`, async () => {
            await world.store(zone.name, name).probe(deadlineMs);
            return 'wrote, read and deleted a test object';
          }),
        );
      }
    }
    return await Promise.all(checks);
  } finally {
    await world.close();
  }
}

/** An escape goes on without it, so it is told and not a failure. */
async function describeRoom(ports: Configured & Clusters & Clock, zone: string): Promise<string> {
  const { room, notes } = await seeRoom(ports, zone, new AbortController().signal);
  const nodes = room.nodes ? [`${room.nodes.nodes.length} nodes with ${room.nodes.pods.length} pods`] : [];
  return [...nodes, ...notes].join('; ') || `room by nodes of ${zone} is not judged: it is autoscaled`;
}

async function attempt(endpoint: string, tryIt: () => Promise<string>): Promise<EndpointCheck> {
  try {
    return { endpoint, ok: true, detail: await tryIt() };
  } catch (error) {
    return { endpoint, ok: false, detail: error instanceof Error ? error.message : String(error) };
  }
}

async function checkTemporal(config: Config, deadlineMs: number): Promise<string> {
  const { client, close } = await connectClient(config, deadlineMs);
  try {
    const { namespace } = client.options;
    await client.connection.withDeadline(Date.now() + deadlineMs, () =>
      client.connection.workflowService.describeNamespace({ namespace }),
    );
    return `namespace ${namespace} is there`;
  } finally {
    await close();
  }
}
