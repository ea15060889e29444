/**
 * What takes away the pods of a suspended job. An operator that suspends a native job by a savepoint (seen with 1.7)
 * leaves its JobManager, and with it the TaskManagers until they are idle for a while, so that somebody may still ask
 * how it ended: for a day, unless this setting says otherwise.
 */
import type { FlinkDeployment } from '../job/flink-deployment.ts';
import { annotations } from '../job/marks.ts';

export const shutdownTtl = 'kubernetes.operator.jm-deployment.shutdown-ttl';
const atOnce = '0 s';

/**
 * The merge patch by which the operator ends what is left of the job now; undefined while it has not suspended it yet,
 * since only a change after that makes it look at once, and when it was told already. Its owner's own value is kept.
 */
export function dismissPatch({ metadata, spec, status }: FlinkDeployment): object | undefined {
  const own = spec.flinkConfiguration?.[shutdownTtl];
  const suspended = spec.job?.state === 'suspended' && status?.lifecycleState === 'SUSPENDED';
  if (!suspended || own === atOnce) return undefined;
  return {
    metadata: {
      ...(metadata.resourceVersion === undefined ? {} : { resourceVersion: metadata.resourceVersion }),
      ...(own === undefined ? {} : { annotations: { [annotations.shutdownTtl]: own } }),
    },
    spec: { flinkConfiguration: { [shutdownTtl]: atOnce } },
  };
}

/** The setting as its owner had it; undefined if there was none. */
export function ownersTtl({ metadata, spec }: FlinkDeployment): string | undefined {
  const now = spec.flinkConfiguration?.[shutdownTtl];
  return metadata.annotations?.[annotations.shutdownTtl] ?? (now === atOnce ? undefined : now);
}
