/** The pod template of the sample jobs: an all but empty image that sees the host's programs, JDK and Flink. */
import { roleConfigMapName } from '../../model/job/marks.ts';
import { roleMountPath } from './flink-settings.ts';
import type { SampleJob } from './sample-jobs.ts';

/** Host folders that the pods mount. */
export interface PodHostFolders {
  /** A Flink home with the sample job's jar in usrlib/; seen as /opt/flink. */
  flink: string;
  /** What the JDK needs outside /usr, seen under the same path: on Debian its settings in /etc. */
  jdk: readonly string[];
}

interface Mount {
  name: string;
  mountPath: string;
  readOnly: boolean;
  source: Record<string, unknown>;
}

/** The part of the FlinkDeployment's `podTemplate` that JobManager and TaskManager share. */
export function samplePodTemplate(job: SampleJob, folders: PodHostFolders): Record<string, unknown> {
  const mounts = [...hostMounts(folders), ...(job.readsRole ? [roleMount(job)] : [])];
  return {
    spec: {
      terminationGracePeriodSeconds: 1,
      containers: [
        {
          // The name by which Flink knows its own container in a template.
          name: 'flink-main-container',
          env: environment(job),
          volumeMounts: mounts.map(({ name, mountPath, readOnly }) => ({ name, mountPath, readOnly })),
        },
      ],
      volumes: mounts.map(({ name, source }) => ({ name, ...source })),
    },
  };
}

/** Variables that `entry.sh` of the lab's Flink home reads. */
function environment(job: SampleJob): { name: string; value: string }[] {
  const hadoop = { name: 'AZ_ESCAPE_EXTRA_CLASSPATH', value: '/opt/flink/hadoop/*' };
  return [
    // The jars were checked by their digests; verifying each class again is a sixth of the CPU time of a start.
    { name: 'AZ_ESCAPE_EXTRA_JVM_OPTS', value: '-XX:+UnlockDiagnosticVMOptions -XX:-BytecodeVerificationRemote' },
    ...(job.store === 'hdfs' ? [hadoop] : []),
  ];
}

function hostMounts(folders: PodHostFolders): Mount[] {
  const hostMount = (name: string, path: string, mountPath: string, readOnly = true): Mount => ({
    name,
    mountPath,
    readOnly,
    source: { hostPath: { path, type: 'Directory' } },
  });
  return [
    hostMount('usr', '/usr', '/usr'),
    ...folders.jdk.map((path, index) => hostMount(`jdk-${index}`, path, path)),
    // Writable: the container runtime makes the mount point of Flink's configuration inside it.
    hostMount('flink', folders.flink, '/opt/flink', false),
  ];
}

/**
 * Optional, so that a job which has no second copy starts without the ConfigMap, and is active then. The program reads
 * the role at its start: the ConfigMap of a zone that is to run the twin has to be there before the twin starts.
 */
function roleMount(job: SampleJob): Mount {
  return {
    name: 'role',
    mountPath: roleMountPath,
    readOnly: true,
    source: { configMap: { name: roleConfigMapName(job.name), optional: true } },
  };
}
