/**
 * The sample jobs of the lab: one of each tier, on S3 and on HDFS one in each mode of protection, small enough that two
 * cores run them all.
 */
import type { JobRef } from '../../model/job/job.ts';
import type { Tier } from '../../model/job/tier.ts';
import { labJobNamespace } from '../layout.ts';

/** Kinds of snapshot store in the lab; also the stores' names in the product's configuration. */
const labStores = ['s3', 'hdfs'] as const;
export type LabStore = (typeof labStores)[number];

/** One sample job: all of them are the program in `java/`, with different parameters. */
export interface SampleJob extends JobRef {
  tier: Tier;
  store: LabStore;
  /** How a recovery point of it is made. */
  mode: 'savepoint' | 'ship';
  /** Subtasks of its counting operator; the source always has one. */
  parallelism: number;
  keys: number;
  /** Bytes of state of each key, so that a job's state is about `keys * payloadBytes`. */
  payloadBytes: number;
  ratePerSecond: number;
  /** Whether it mounts the ConfigMap that tells it its role. */
  readsRole: boolean;
}

const common = { namespace: labJobNamespace, mode: 'savepoint', readsRole: false } as const;

/** The most important first. */
export const sampleJobs: readonly SampleJob[] = [
  {
    ...common,
    name: 'orders-p0',
    tier: 'P0',
    store: 's3',
    parallelism: 2,
    keys: 2000,
    payloadBytes: 1000,
    ratePerSecond: 200,
    readsRole: true,
  },
  {
    ...common,
    name: 'payments-p1',
    mode: 'ship',
    tier: 'P1',
    store: 's3',
    parallelism: 2,
    keys: 2000,
    payloadBytes: 1000,
    ratePerSecond: 200,
  },
  {
    ...common,
    name: 'clicks-p2',
    mode: 'ship',
    tier: 'P2',
    store: 'hdfs',
    parallelism: 1,
    keys: 1000,
    payloadBytes: 1000,
    ratePerSecond: 100,
  },
  {
    ...common,
    name: 'reports-p3',
    tier: 'P3',
    store: 'hdfs',
    parallelism: 1,
    keys: 1000,
    payloadBytes: 1000,
    ratePerSecond: 50,
  },
];
