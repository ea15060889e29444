/** A standby that never ran, in the place of an object that did, with the marks of that one: ready to be started. */
import type { FlinkDeployment, FlinkDeploymentSpec } from '../../model/job/flink-deployment.ts';
import { annotations } from '../../model/job/marks.ts';
import { renderStandby } from '../../model/move/standby.ts';
import type { RecoveryPointManifest } from '../../model/recovery/manifest.ts';

/** With the spec that belongs to the recovery point, unless another one is to be tried. */
export function freshStandby(
  before: FlinkDeployment,
  manifest: RecoveryPointManifest,
  spec: FlinkDeploymentSpec = manifest.spec,
): FlinkDeployment {
  const marks = before.metadata.annotations ?? {};
  return renderStandby(before, spec, {
    role: 'standby',
    activeZone: manifest.from,
    preferredZone: marks[annotations.preferredZone] ?? manifest.from,
    epoch: manifest.epoch,
    recoveryPoint: marks[annotations.recoveryPoint] ?? '',
  });
}
