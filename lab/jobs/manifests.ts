/** The FlinkDeployments of the sample jobs. Pure: what differs by machine or zone comes in as an argument. */
import { fillTemplate } from '../../model/config/fill-template.ts';
import type { FlinkDeployment } from '../../model/job/flink-deployment.ts';
import { annotations, labels } from '../../model/job/marks.ts';
import { commonFlinkConfiguration, roleMountPath } from './flink-settings.ts';
import { samplePodTemplate, type PodHostFolders } from './pod-template.ts';
import type { Tier } from '../../model/job/tier.ts';
import type { SampleJob } from './sample-jobs.ts';

/**
 * Cores asked for by each of a job's two pods. Where several jobs start at once on too few cores, the kernel shares them
 * in proportion to this: so the most important runs first. All four together fit on the lab's node of two cores.
 */
const cpuRequest: Record<Tier, number> = { P0: 0.3, P1: 0.2, P2: 0.1, P3: 0.1 };

export interface ManifestOptions {
  /** The settings that differ by zone, as a template: see {@link fillTemplate}. They win over the common ones. */
  zoneFlinkConfiguration: Record<string, string>;
  hostFolders: PodHostFolders;
}

/** The FlinkDeployment of a sample job, to run in its home zone. */
export function sampleJobManifest(job: SampleJob, options: ManifestOptions): FlinkDeployment {
  return {
    apiVersion: 'flink.apache.org/v1beta1',
    kind: 'FlinkDeployment',
    metadata: {
      name: job.name,
      namespace: job.namespace,
      labels: { [labels.tier]: job.tier },
      annotations: { [annotations.store]: job.store, [annotations.mode]: job.mode },
    },
    spec: {
      image: 'docker.io/az-escape-lab/base:1',
      imagePullPolicy: 'Never',
      // Operator 1.7.0 knows no v1_20; what runs is the Flink that is mounted, 1.20.0.
      flinkVersion: 'v1_19',
      mode: 'native',
      serviceAccount: 'flink',
      flinkConfiguration: {
        ...commonFlinkConfiguration(job.parallelism),
        ...fillTemplate(options.zoneFlinkConfiguration, job),
      },
      jobManager: { replicas: 1, resource: { memory: '640m', cpu: cpuRequest[job.tier] } },
      taskManager: { resource: { memory: '640m', cpu: cpuRequest[job.tier] } },
      podTemplate: samplePodTemplate(job, options.hostFolders),
      job: {
        jarURI: 'local:///opt/flink/usrlib/lab-job.jar',
        entryClass: 'io.azescape.lab.LabJob',
        args: programArguments(job),
        parallelism: job.parallelism,
        upgradeMode: 'savepoint',
        allowNonRestoredState: false,
        state: 'running',
      },
    },
  };
}

function programArguments(job: SampleJob): string[] {
  return [
    ['--name', job.name],
    ['--keys', String(job.keys)],
    ['--payload', String(job.payloadBytes)],
    ['--rate', String(job.ratePerSecond)],
    ['--role-file', `${roleMountPath}/role`],
  ].flat();
}
