/** Standbys and recovery points of made-up jobs for the bench of starts. */
import { annotations, labels } from '../../model/job/marks.ts';
import type { FlinkDeployment } from '../../model/job/flink-deployment.ts';
import type { RecoveryPointManifest } from '../../model/recovery/manifest.ts';

const recoveryPoint = '20260101T000000Z-0000abcd';

/** A suspended standby with a spec of usual size. */
export function standbyOf(name: string, activeZone: string): FlinkDeployment {
  return {
    apiVersion: 'flink.apache.org/v1beta1',
    kind: 'FlinkDeployment',
    metadata: {
      name,
      namespace: 'default',
      labels: { [labels.tier]: 'P2', [labels.role]: 'standby' },
      annotations: {
        [annotations.activeZone]: activeZone,
        [annotations.epoch]: '1',
        [annotations.recoveryPoint]: `s3a://state/az-escape/recovery-points/default/${name}/${recoveryPoint}/manifest.json`,
      },
    },
    spec: specOf(name),
  };
}

/** Its recovery point: `_metadata` and four state files. */
export function manifestOf(name: string): RecoveryPointManifest {
  const snapshot = `snapshots/default/${name}/t/savepoint-0`;
  const files = ['_metadata', 'a', 'b', 'c', 'd'].map((file) => ({ key: `${snapshot}/${file}`, sizeBytes: 64 }));
  return {
    schema: 1,
    id: recoveryPoint,
    job: { namespace: 'default', name },
    tier: 'P2',
    mode: 'savepoint',
    from: 'az-a',
    to: 'az-b',
    store: 's3',
    epoch: 1,
    stateAt: '2026-01-01T00:00:00.000Z',
    verifiedAt: '2026-01-01T00:00:01.000Z',
    flinkVersion: '1.20.0',
    flinkJobId: '0'.repeat(32),
    checkpointId: 7,
    snapshot,
    restorePath: `s3a://state/az-escape/${snapshot}`,
    files,
    totalBytes: 320,
    spec: specOf(name),
  };
}

function specOf(name: string) {
  return {
    image: 'example/flink:1.20',
    flinkVersion: 'v1_19',
    serviceAccount: 'flink',
    flinkConfiguration: Object.fromEntries(
      Array.from({ length: 30 }, (_, index) => [`setting.number-${index}`, `value of ${name}`]),
    ),
    jobManager: { resource: { memory: '1g', cpu: 1 } },
    taskManager: { resource: { memory: '1g', cpu: 1 } },
    job: {
      jarURI: 'local:///opt/flink/usrlib/job.jar',
      parallelism: 1,
      upgradeMode: 'savepoint',
      state: 'suspended' as const,
    },
  };
}
