/** The jobs of a fleet: their names and tiers, and their objects in each zone. All of it follows from the seed. */
import type { JobRef } from '../../model/job/job.ts';
import type { FlinkDeployment, FlinkDeploymentSpec } from '../../model/job/flink-deployment.ts';
import { annotations, labels } from '../../model/job/marks.ts';
import type { Tier } from '../../model/job/tier.ts';
import { specWithPods, type PodsPerJob } from './pods/pods-of-job.ts';

/** Namespace of all fleets: the operator of the lab does not watch it. */
export const fleetNamespace = 'fleet';

/** Label by which people tell simulated jobs. */
export const simulatedJob = { 'az-escape.io/simulated': 'true' } as const;

export interface FleetJob extends JobRef {
  tier: Tier;
}

/** One job in fifty is P0; most are P2. */
const shares: readonly (readonly [tier: Tier, upTo: number])[] = [
  ['P0', 0.02],
  ['P1', 0.2],
  ['P2', 0.7],
  ['P3', 1],
];

/** `count` jobs, the tiers in their usual shares, at least one P0. */
export function fleetJobs(count: number): FleetJob[] {
  return Array.from({ length: count }, (_, index) => {
    const [tier] = shares.find(([, upTo]) => (index + 0.5) / count <= upTo) ?? shares.at(-1)!;
    const isFirst = index === 0;
    const name = `sim-${String(index).padStart(5, '0')}`;
    return { namespace: fleetNamespace, name, tier: isFirst ? 'P0' : tier };
  });
}

/** What a fleet's objects say of zones and stores. */
export interface FleetPlace {
  /** Where the jobs run, and where they wait. */
  home: string;
  peer: string;
  /** Name of the store in the product's configuration; the zone's first without it. */
  store?: string;
  /** With real pods, which take room; without, nothing tells what they ask for. */
  pods?: PodsPerJob;
}

/** As its users wrote it, running in its home zone. */
export function activeObject(job: FleetJob, place: FleetPlace): FlinkDeployment {
  const marks = place.store === undefined ? {} : { [annotations.store]: place.store };
  return objectOf(job, specOf(job, place, 'running'), {}, marks);
}

/** As the product's protection keeps it in the peer zone: a P0 runs there as a twin, any other waits. */
export function peerObject(
  job: FleetJob,
  place: FleetPlace,
  point: { manifestPath: string; restorePath: string },
): FlinkDeployment {
  const isTwin = job.tier === 'P0';
  const spec = specOf(job, place, isTwin ? 'running' : 'suspended');
  if (isTwin) spec.job = { ...spec.job, initialSavepointPath: point.restorePath };
  return objectOf(
    job,
    spec,
    { [labels.role]: isTwin ? 'twin' : 'standby' },
    {
      ...(place.store === undefined ? {} : { [annotations.store]: place.store }),
      [annotations.activeZone]: place.home,
      [annotations.preferredZone]: place.home,
      [annotations.epoch]: '1',
      [annotations.recoveryPoint]: point.manifestPath,
      ...(isTwin ? { [annotations.startedFrom]: point.restorePath } : {}),
    },
  );
}

function objectOf(
  { namespace, name, tier }: FleetJob,
  spec: FlinkDeploymentSpec,
  ours: Record<string, string>,
  marks: Record<string, string>,
): FlinkDeployment {
  return {
    apiVersion: 'flink.apache.org/v1beta1',
    kind: 'FlinkDeployment',
    metadata: {
      namespace,
      name,
      labels: { [labels.tier]: tier, ...simulatedJob, ...ours },
      annotations: marks,
    },
    spec,
  };
}

/** A spec of usual size. */
export function specOf(job: FleetJob, { pods }: FleetPlace, state: 'running' | 'suspended'): FlinkDeploymentSpec {
  const { podTemplate, ...withPods } = pods ? specWithPods(job.tier, pods) : sizeUnknown;
  return {
    image: 'example/flink:1.20',
    flinkVersion: 'v1_19',
    serviceAccount: 'flink',
    ...withPods,
    ...(podTemplate === undefined ? {} : { podTemplate }),
    flinkConfiguration: {
      ...Object.fromEntries(
        Array.from({ length: 28 }, (_, index) => [`setting.number-${index}`, `value of ${job.name}`]),
      ),
      ...(pods ? {} : { 'jobmanager.memory.flink.size': '1g', 'taskmanager.memory.flink.size': '1g' }),
    },
    job: {
      jarURI: 'local:///opt/flink/usrlib/job.jar',
      parallelism: 2,
      upgradeMode: 'savepoint',
      state,
    },
  };
}

/** Memory that is told by parts alone is not added up by the product: jobs without pods shall take nobody's room. */
const sizeUnknown: FlinkDeploymentSpec = {
  jobManager: { resource: { cpu: 1 } },
  taskManager: { resource: { cpu: 1 } },
};
