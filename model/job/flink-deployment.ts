/**
 * The parts of the operator's FlinkDeployment (flink.apache.org/v1beta1) that the product reads or writes. All else
 * in `spec` is carried along untouched.
 */
import type { JobRef } from './job.ts';

export interface FlinkJobSpec {
  jarURI?: string;
  state?: 'running' | 'suspended';
  /** Read by the operator at the first start only; a resource that has run ignores it. */
  initialSavepointPath?: string;
  allowNonRestoredState?: boolean;
  parallelism?: number;
  upgradeMode?: string;
  [field: string]: unknown;
}

export interface FlinkDeploymentSpec {
  flinkVersion?: string;
  flinkConfiguration?: Record<string, string>;
  job?: FlinkJobSpec;
  [field: string]: unknown;
}

/** What the operator says; it lags by tens of seconds, so health never comes from here (Flink's REST does). */
export interface FlinkDeploymentStatus {
  lifecycleState?: string;
  jobManagerDeploymentStatus?: string;
  error?: string;
  jobStatus?: { state?: string; jobId?: string; startTime?: string };
  reconciliationStatus?: { state?: string; lastReconciledSpec?: string };
  [field: string]: unknown;
}

export interface FlinkDeployment {
  apiVersion: 'flink.apache.org/v1beta1';
  kind: 'FlinkDeployment';
  metadata: {
    name: string;
    namespace: string;
    uid?: string;
    generation?: number;
    resourceVersion?: string;
    creationTimestamp?: string;
    deletionTimestamp?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
  spec: FlinkDeploymentSpec;
  status?: FlinkDeploymentStatus;
}

/** The job that a FlinkDeployment describes. */
export function jobOf(deployment: FlinkDeployment): JobRef {
  return { namespace: deployment.metadata.namespace, name: deployment.metadata.name };
}

/** True once the operator has ever started it: then `initialSavepointPath` is ignored and it must be replaced. */
export function hasRun(deployment: FlinkDeployment): boolean {
  const status = deployment.status;
  return Boolean(status?.jobStatus?.jobId ?? status?.reconciliationStatus?.lastReconciledSpec);
}
