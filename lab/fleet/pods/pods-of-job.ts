/** The pods that the operator and Flink would make of a FlinkDeployment: their requests, labels, place and owner. */
import { demandOf } from '../../../model/capacity/demand.ts';
import type { PodTemplateSpec } from '../../../model/capacity/pod-template.ts';
import type { PodShape } from '../../../model/capacity/types.ts';
import type { FlinkDeployment, FlinkDeploymentSpec } from '../../../model/job/flink-deployment.ts';
import type { Tier } from '../../../model/job/tier.ts';
import { madeFor, simulatedNode, simulatedTaint } from './labels.ts';
import { priorityClassOf } from './priority-classes.ts';

export interface Pod {
  apiVersion: 'v1';
  kind: 'Pod';
  metadata: { name: string; namespace: string; labels: Record<string, string>; [field: string]: unknown };
  spec: Record<string, unknown>;
}

/** What a job of the fleet asks for. */
export interface PodsPerJob {
  /** JobManager and TaskManagers together, 2 or more. */
  pods: number;
  taskManager: { cores: number; memoryGiB: number };
}

/** 31 pods and 301 cores; sixteen such TaskManagers fill a node of the usual size. */
export const usualPods: PodsPerJob = { pods: 31, taskManager: { cores: 10, memoryGiB: 40 } };

/** The parts of a FlinkDeployment's spec that make its pods stand on simulated nodes, with the priority of its tier. */
export function specWithPods(tier: Tier, { pods, taskManager }: PodsPerJob): FlinkDeploymentSpec {
  const tolerations = [{ ...simulatedTaint, operator: 'Equal' }];
  return {
    jobManager: { replicas: 1, resource: { cpu: 1, memory: '4g' } },
    taskManager: {
      replicas: pods - 1,
      resource: { cpu: taskManager.cores, memory: `${taskManager.memoryGiB}g` },
    },
    podTemplate: {
      spec: { nodeSelector: simulatedNode, tolerations, priorityClassName: priorityClassOf(tier) },
    },
  };
}

/**
 * All pods of a job. With the object's uid as their owner, they go when it is deleted.
 * @throws when the spec does not tell what its pods ask for
 */
export function podsOfJob(deployment: FlinkDeployment): Pod[] {
  const demand = demandOf(deployment.spec);
  const { namespace, name, uid } = deployment.metadata;
  if ('unknown' in demand) throw new Error(`pods of ${namespace}/${name}: ${demand.unknown}`);
  const template = (deployment.spec['podTemplate'] as { spec?: PodTemplateSpec } | undefined)?.spec;
  const priority = template?.priorityClassName;
  return demand.shapes.flatMap((shape) =>
    Array.from({ length: shape.count }, (_, index): Pod => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: podName(deployment, shape, index),
        namespace,
        labels: {
          app: name,
          component: shape.component.toLowerCase(),
          type: 'flink-native-kubernetes',
          [madeFor]: objectOf(deployment),
        },
        ...(uid === undefined ? {} : { ownerReferences: [ownerOf(deployment, uid)] }),
      },
      spec: {
        containers: [{ name: 'flink-main-container', image: 'simulated', resources: { requests: requestsOf(shape) } }],
        nodeSelector: shape.nodeSelector,
        tolerations: shape.tolerations,
        ...(priority === undefined ? {} : { priorityClassName: priority }),
        terminationGracePeriodSeconds: 1,
        automountServiceAccountToken: false,
        enableServiceLinks: false,
      },
    })),
  );
}

/** What `madeFor` says of the job's pods. */
export function objectOf({ metadata }: FlinkDeployment): string {
  return metadata.uid ?? metadata.name;
}

/** With a piece of the uid, so that pods of an object that took another's place never meet its pods by name. */
function podName({ metadata }: FlinkDeployment, { component }: PodShape, index: number): string {
  const made = metadata.uid?.slice(0, 5) ?? '0';
  return component === 'JobManager'
    ? `${metadata.name}-${made}-${index}`
    : `${metadata.name}-taskmanager-${made}-${index + 1}`;
}

function ownerOf({ apiVersion, kind, metadata }: FlinkDeployment, uid: string): object {
  return { apiVersion, kind, name: metadata.name, uid, controller: true, blockOwnerDeletion: false };
}

function requestsOf({ cpuMillis, memoryBytes }: PodShape): Record<string, string> {
  return { cpu: `${cpuMillis}m`, memory: String(memoryBytes) };
}
