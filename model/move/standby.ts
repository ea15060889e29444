/** How a job's FlinkDeployment looks in the peer zone: waiting as a standby, or running beside it as a twin. */
import { fillTemplate } from '../config/fill-template.ts';
import type { StoreConfig, ZoneConfig } from '../config/types.ts';
import type { JobRef } from '../job/job.ts';
import { keepLabels } from '../job/job-labels.ts';
import { annotations, isOurs, labels, type Role } from '../job/marks.ts';
import type { FlinkDeployment, FlinkDeploymentSpec, FlinkJobSpec } from '../job/flink-deployment.ts';
import { mergePatch } from '../merge-patch.ts';

/** Fields of `spec.job` that belong to one run and not to the job. */
const runFields = ['initialSavepointPath', 'savepointRedeployNonce', 'savepointTriggerNonce', 'checkpointTriggerNonce'];

/** Marks that tell of one start by one escape: they must not travel to the next standby. */
const runMarks: readonly string[] = [
  annotations.escape,
  annotations.climbed,
  annotations.promoted,
  annotations.failed,
  annotations.startedFrom,
  annotations.standbyIn,
];

/** The same job without what belongs to the run that it had. */
export function withoutRunFields(job: FlinkJobSpec): FlinkJobSpec {
  return Object.fromEntries(Object.entries(job).filter(([field]) => !runFields.includes(field)));
}

/**
 * The active job's spec as it must be in another zone, suspended: settings of the home store are taken out, those of
 * the zone's own store put in, then the zone's overlay.
 */
export function renderSpecForZone(
  active: FlinkDeployment,
  zone: ZoneConfig,
  stores: { home: StoreConfig; there: StoreConfig },
): FlinkDeploymentSpec {
  const job: JobRef = { namespace: active.metadata.namespace, name: active.metadata.name };
  const flinkConfiguration = { ...active.spec.flinkConfiguration };
  for (const key of Object.keys(stores.home.flinkConfiguration)) delete flinkConfiguration[key];
  Object.assign(flinkConfiguration, fillTemplate(stores.there.flinkConfiguration, job));
  const jobSpec = {
    ...withoutRunFields(active.spec.job ?? {}),
    state: 'suspended' as const,
    allowNonRestoredState: false,
  };
  const { restartNonce: _, ...spec } = active.spec as FlinkDeploymentSpec & { restartNonce?: unknown };
  return mergePatch({ ...spec, flinkConfiguration, job: jobSpec }, zone.overlay) as FlinkDeploymentSpec;
}

/** What the product knows of the job when it writes its object in the peer zone. */
export interface StandbyMarks {
  role: Exclude<Role, 'active'>;
  activeZone: string;
  preferredZone: string;
  epoch: number;
  recoveryPoint: string;
  /** For a twin: the snapshot from which it was started. */
  startedFrom?: string;
}

/** The standby or twin object, ready for server-side apply. What the product reads of the job's marks travels along. */
export function renderStandby(
  active: FlinkDeployment,
  spec: FlinkDeploymentSpec,
  marks: StandbyMarks,
): FlinkDeployment {
  const ours = (map: Record<string, string> | undefined) =>
    Object.fromEntries(Object.entries(map ?? {}).filter(([key]) => isOurs(key) && !runMarks.includes(key)));
  return {
    apiVersion: 'flink.apache.org/v1beta1',
    kind: 'FlinkDeployment',
    metadata: {
      name: active.metadata.name,
      namespace: active.metadata.namespace,
      labels: { ...ours(active.metadata.labels), [labels.role]: marks.role },
      annotations: {
        ...ours(active.metadata.annotations),
        ...keepLabels(active),
        [annotations.activeZone]: marks.activeZone,
        [annotations.preferredZone]: marks.preferredZone,
        [annotations.epoch]: String(marks.epoch),
        [annotations.recoveryPoint]: marks.recoveryPoint,
        ...(marks.startedFrom === undefined ? {} : { [annotations.startedFrom]: marks.startedFrom }),
      },
    },
    spec,
  };
}

/** The one merge patch that turns a standby that never ran into the active, running job. */
export function startPatch(start: {
  to: string;
  epoch: number;
  restorePath: string;
  escapeId: string;
  /** Only by its owner's leave: state that belongs to no operator is dropped. */
  allowNonRestoredState?: boolean;
  /** Only if its object still has this `resourceVersion`. */
  unchangedSince?: string;
}): unknown {
  const { restorePath: initialSavepointPath, allowNonRestoredState = false, unchangedSince } = start;
  const version = unchangedSince === undefined ? {} : { resourceVersion: unchangedSince };
  return {
    metadata: { ...activeMarks(start), ...version },
    spec: { job: { state: 'running', initialSavepointPath, allowNonRestoredState } },
  };
}

/** The merge patch that makes a running twin the active job; its spec stays as it is, so nothing restarts. */
export function promotePatch(promotion: { to: string; epoch: number; restorePath: string; escapeId: string }): unknown {
  const { labels: marks, annotations: notes } = activeMarks(promotion);
  return { metadata: { labels: marks, annotations: { ...notes, [annotations.promoted]: 'true' } } };
}

/**
 * The merge patch for the job's object in the zone that it left: stopped, and from now on the standby of the copy that
 * runs elsewhere. It has run, so a later start there replaces it. `forgetsPoint`: its recovery point is of a time before.
 */
export function fencePatch(fence: { to: string; epoch: number; forgetsPoint?: boolean }): unknown {
  return {
    metadata: {
      labels: { [labels.role]: 'standby' },
      annotations: {
        [annotations.activeZone]: fence.to,
        [annotations.epoch]: String(fence.epoch),
        ...(fence.forgetsPoint ? { [annotations.recoveryPoint]: null } : {}),
      },
    },
    spec: { job: { state: 'suspended' } },
  };
}

/** The merge patch that ends a running job to make room; it stays the active one, and says where to come back from. */
export function preemptPatch(end: { escapeId: string; savepoint: string | null; resourceVersion?: string }): unknown {
  return {
    metadata: {
      // Whatever was changed since the object was read, its tier above all, is looked at first.
      ...(end.resourceVersion === undefined ? {} : { resourceVersion: end.resourceVersion }),
      annotations: { [annotations.preemptedBy]: end.escapeId, [annotations.comeBackFrom]: end.savepoint },
    },
    spec: { job: { state: 'suspended' } },
  };
}

function activeMarks(start: { to: string; epoch: number; restorePath: string; escapeId: string }) {
  return {
    labels: { [labels.role]: 'active' },
    annotations: {
      [annotations.activeZone]: start.to,
      [annotations.epoch]: String(start.epoch),
      [annotations.startedFrom]: start.restorePath,
      [annotations.escape]: start.escapeId,
      // Null takes it off: whatever an earlier start came to.
      [annotations.failed]: null,
    },
  };
}
