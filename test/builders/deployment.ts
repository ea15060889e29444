/** FlinkDeployments for tests, as their owners write them or as the product keeps them in a peer. */
import type { FlinkDeployment, FlinkDeploymentSpec } from '../../model/job/flink-deployment.ts';
import { annotations, labels, type Role } from '../../model/job/marks.ts';
import type { Tier } from '../../model/job/tier.ts';

export interface DeploymentParts {
  name?: string;
  namespace?: string;
  /** No label without it. */
  tier?: Tier | (string & {}) | undefined;
  /** No label without it: then the object is the active one. */
  role?: Role;
  labels?: Record<string, string>;
  /** One that is undefined is left out. */
  annotations?: Record<string, string | undefined>;
  spec?: FlinkDeploymentSpec;
  status?: FlinkDeployment['status'];
  metadata?: Partial<FlinkDeployment['metadata']>;
}

/** Running, of tier P1, by the name of default/orders. */
export function buildDeployment({ name = 'orders', namespace = 'default', ...parts }: DeploymentParts = {}) {
  const tier = 'tier' in parts ? parts.tier : 'P1';
  const marks = {
    ...parts.labels,
    ...(tier === undefined ? {} : { [labels.tier]: tier }),
    ...(parts.role === undefined ? {} : { [labels.role]: parts.role }),
  };
  return {
    apiVersion: 'flink.apache.org/v1beta1',
    kind: 'FlinkDeployment',
    metadata: {
      name,
      namespace,
      labels: marks,
      ...(parts.annotations ? { annotations: withoutUndefined(parts.annotations) } : {}),
      ...parts.metadata,
    },
    spec: parts.spec ?? buildSpec('running'),
    ...(parts.status ? { status: parts.status } : {}),
  } satisfies FlinkDeployment as FlinkDeployment;
}

/** The object of a job of az-a as az-b keeps it: suspended, and never run; or as hot standby, running. */
export function buildStandby({ role = 'standby', ...parts }: DeploymentParts = {}): FlinkDeployment {
  return buildDeployment({
    spec: buildSpec(role === 'standby' ? 'suspended' : 'running'),
    ...parts,
    role,
    annotations: {
      [annotations.activeZone]: 'az-a',
      [annotations.preferredZone]: 'az-a',
      [annotations.epoch]: '1',
      ...parts.annotations,
    },
  });
}

/** A spec that tells what its pods ask for, and nothing else of the job. */
export function buildSizedSpec(size: {
  parallelism?: number;
  jobManager?: { cpu: unknown; memory: string };
  taskManager?: { cpu: unknown; memory: string };
}): FlinkDeploymentSpec {
  const { parallelism = 1, jobManager = { cpu: 0.1, memory: '100m' }, taskManager = { cpu: 1, memory: '1g' } } = size;
  return { job: { parallelism }, jobManager: { resource: jobManager }, taskManager: { resource: taskManager } };
}

export function buildSpec(state: 'running' | 'suspended', job: FlinkDeploymentSpec['job'] = {}): FlinkDeploymentSpec {
  return {
    flinkVersion: 'v1_20',
    flinkConfiguration: { 'taskmanager.numberOfTaskSlots': '2' },
    job: { jarURI: 'local:///opt/flink/usrlib/job.jar', parallelism: 2, upgradeMode: 'savepoint', state, ...job },
  };
}

function withoutUndefined(marks: Record<string, string | undefined>): Record<string, string> {
  const there = Object.entries(marks).filter((mark): mark is [string, string] => mark[1] !== undefined);
  return Object.fromEntries(there);
}
