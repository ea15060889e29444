/** What a protection round says of each job; small, as it travels through workflow histories. */
import type { ErrorCode } from '../error-codes.ts';
import type { Finding } from '../readiness/codes.ts';
import type { JobRef } from '../job/job.ts';
import type { ProtectMode } from '../job/mode.ts';
import type { Tier } from '../job/tier.ts';

export interface DiscoveredJob extends JobRef {
  tier: Tier;
  /** Name of its store in the configuration. Absent in histories of earlier versions. */
  store?: string;
  /** Of a zone with several peers: the one that its standby is in, or is to be. */
  peer?: string;
}

export interface Discovery {
  jobs: DiscoveredJob[];
  /** FlinkDeployments that cannot be protected, and why. */
  refused: ProtectResult[];
  /** How many of them to have under way. Absent in histories of earlier versions. */
  atOnce?: number;
  /** The zone that reserves room for these jobs; absent where none is reserved. */
  reserveIn?: string;
  /** Further ones, of a zone with several peers. */
  alsoReserveIn?: string[];
}

export interface ProtectResult extends JobRef {
  tier: Tier | null;
  outcome: 'protected' | 'refused' | 'failed';
  code: ErrorCode | null;
  /** For people: what was kept, or what is wrong and where. */
  sentence: string;
  recoveryPoint: string | null;
  /** ISO 8601: when the state was as it is in the recovery point. */
  stateAt: string | null;
  /** Of the whole recovery point. */
  bytes: number;
  /** Bytes that this round sent across; absent in histories of earlier versions, as is `mode`. */
  copiedBytes?: number;
  mode?: ProtectMode;
  /** Name of its store, once that is known. */
  store?: string;
  /** Of a zone with several peers: the one that it is protected in, once that is known. */
  peer?: string;
  seconds: number;
  /** What would keep the job from escaping: about its jars, about recovery points that are still kept. Absent when nothing is. */
  findings?: Finding[];
}

export interface ProtectJobRequest extends JobRef {
  zone: string;
  /** Of a zone with several peers: where to protect it unless a wish or its standby says otherwise. */
  peer?: string;
  /** Names the round: a repeated attempt finds the savepoint of the first again. */
  round: string;
}

/** What a round of protection left of the room that it was to reserve. */
export interface Reserve {
  zone: string;
  /** Placeholder pods that the zone was told to keep. */
  pods: number;
  /** Why it was not, as a sentence; empty when it was. */
  trouble: string;
}
