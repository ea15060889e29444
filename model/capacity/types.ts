/** What room is counted in: requests of pods, and what nodes and quotas still give. */

export interface Resources {
  /** Thousandths of a core. */
  cpuMillis: number;
  memoryBytes: number;
}

/** As in a pod's spec. */
export interface Toleration {
  key?: string;
  operator?: string;
  value?: string;
  effect?: string;
}

/** What decides on which nodes a pod may stand, as far as it is judged: affinity and spreading are not. */
export interface Placing {
  nodeSelector: Record<string, string>;
  tolerations: Toleration[];
}

export interface PodShape extends Resources, Placing {
  component: 'JobManager' | 'TaskManager';
  /** Pods of this shape. */
  count: number;
}

/** What a job asks for when it runs. */
export interface JobDemand extends Resources {
  shapes: PodShape[];
  pods: number;
  /** The scheduler may make room for it by pre-emption, which nodes and requests alone do not tell. */
  priorityClass: string | null;
}

export interface NodeCapacity extends Resources {
  name: string;
  /** How many pods it may hold. */
  pods: number;
  labels: Record<string, string>;
  taints: { key: string; value?: string; effect: string }[];
  /** False when it is cordoned or not ready. */
  schedulable: boolean;
}

/** What a pod holds of its node. */
export interface PodRequest extends Resources {
  node: string;
  /** As resolved by the API server; negative for placeholders that give way to anything. */
  priority: number;
  /** The job, `namespace/name`, if it is a pod of Flink's. */
  job?: string;
}

/** What a ResourceQuota still gives; null where it sets no bound. */
export interface QuotaRoom {
  namespace: string;
  name: string;
  cpuMillis: number | null;
  memoryBytes: number | null;
  pods: number | null;
}
