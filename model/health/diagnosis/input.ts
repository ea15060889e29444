/** What a diagnosis is made from. Every part may be missing: what could not be had is named in `gaps`. */
import type { FlinkExceptions } from '../flink/rest-types.ts';
import type { RestoreVerdict } from '../flink/restore-verdict.ts';

export interface PodFacts {
  name: string;
  component: string | undefined;
  phase: string;
  ready: boolean;
  restarts: number;
  reason: string | undefined;
  message: string | undefined;
  unschedulable: string | undefined;
}

export interface EventFacts {
  type: string;
  reason: string;
  message: string;
  object: string;
}

export interface DiagnosisInput {
  /** `status.error` of the FlinkDeployment: the operator's JSON, or plain text. */
  operatorError?: string | undefined;
  /** `status.lifecycleState`, `status.jobManagerDeploymentStatus`. */
  operatorSays?: string | undefined;
  pods?: readonly PodFacts[];
  /** Warnings first, newest first. */
  events?: readonly EventFacts[];
  exceptions?: FlinkExceptions['entries'];
  /** Its last lines. */
  jobManagerLog?: string | undefined;
  /** The last judgement of the restore. */
  verdict?: RestoreVerdict | undefined;
  askedPath?: string | undefined;
  /** The newest failure of a call to the job's JobManager, a sentence. */
  lastFailure?: string | undefined;
  /** What could not be gathered, a sentence each. */
  gaps?: readonly string[];
}
