/** Puts a fleet into the API servers and the peer's store. What is there already stays as it is. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import pMap from 'p-map';
import type { FlinkDeployment } from '../../model/job/flink-deployment.ts';
import { activeObject, fleetNamespace, peerObject, type FleetJob, type FleetPlace } from './fleet-jobs.ts';
import type { PodApi } from './pods/api.ts';
import { recoveryPointOf } from './recovery-point.ts';

/** Posts in flight to one API server. */
const atOnce = 16;

/** Age of the state in the recovery points. */
const stateAgeMs = 60_000;

export interface FleetStore {
  /** Name in the product's configuration. */
  name: string;
  /** The store's root as Flink jobs of the peer zone write it. */
  root: string;
  /** Folder of the S3 server that holds what lies below that root: one file an object. */
  folder: string;
}

/** Writes the recovery points of all jobs, straight into the S3 server's folder: it holds each object as a file. */
export function writeRecoveryPoints(
  jobs: readonly FleetJob[],
  place: FleetPlace,
  store: FleetStore,
  seed: number,
): Map<FleetJob, { manifestPath: string; restorePath: string }> {
  const stateAtMs = Math.floor((Date.now() - stateAgeMs) / 1000) * 1000;
  const points = new Map<FleetJob, { manifestPath: string; restorePath: string }>();
  for (const job of jobs) {
    const made = { seed, stateAtMs, root: store.root };
    const point = recoveryPointOf(job, { ...place, store: store.name }, made);
    for (const [key, bytes] of point.files) {
      const file = join(store.folder, key);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, bytes);
    }
    points.set(job, { manifestPath: `${store.root}/${point.manifestKey}`, restorePath: point.restorePath });
  }
  return points;
}

/** The jobs as they run in their home zone. */
export async function createActive(api: PodApi, jobs: readonly FleetJob[], place: FleetPlace): Promise<void> {
  await createAll(
    api,
    jobs.map((job) => activeObject(job, place)),
  );
}

/** The jobs as they wait, or run beside, in the peer zone. */
export async function createStandbys(
  api: PodApi,
  points: ReadonlyMap<FleetJob, { manifestPath: string; restorePath: string }>,
  place: FleetPlace,
): Promise<void> {
  await createAll(
    api,
    [...points].map(([job, point]) => peerObject(job, place, point)),
  );
}

/** Creates the namespace of all fleets. @throws when the API server refuses */
export async function createFleetNamespace(api: PodApi): Promise<void> {
  await post(api, '/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: fleetNamespace },
  });
}

async function createAll(api: PodApi, deployments: readonly FlinkDeployment[]): Promise<void> {
  const path = `/apis/flink.apache.org/v1beta1/namespaces/${fleetNamespace}/flinkdeployments`;
  await pMap(deployments, (deployment) => post(api, path, { ...deployment }), { concurrency: atOnce });
}

/** Creates an object unless it is there. @throws when the API server refuses */
export async function post(
  api: PodApi,
  path: string,
  object: { metadata: { name: string; [field: string]: unknown }; [field: string]: unknown },
): Promise<void> {
  const answer = await api.send('POST', path, object);
  if (answer.status >= 300 && answer.status !== 409) {
    throw new Error(`${object.metadata.name} was not created: ${answer.status} ${answer.body.slice(0, 200)}`);
  }
}
