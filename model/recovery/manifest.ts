/**
 * The manifest of a recovery point: `recovery-points/<namespace>/<job>/<id>/manifest.json` in the peer zone's store,
 * written last, so that its presence means that every file it names was seen with its size.
 */
import { z } from 'zod';
import { artifactSchema } from '../artifacts/schema.ts';
import { tiers } from '../job/tier.ts';

export const manifestSchema = z.object({
  schema: z.literal(1),
  /** Sorts by time: `20261121T020304Z-<trigger id's first 8 digits>`. */
  id: z.string().regex(/^\d{8}T\d{6}Z-[0-9a-z]{1,16}$/),
  job: z.object({ namespace: z.string().min(1), name: z.string().min(1) }),
  tier: z.enum(tiers),
  mode: z.enum(['savepoint', 'ship']),
  /** Zone in which the job ran, and zone in which this copy lies. */
  from: z.string().min(1),
  to: z.string().min(1),
  /** Name of the store in the zone's configuration. */
  store: z.string().min(1),
  epoch: z.number().int().min(1),
  /** When the state was as it is in the snapshot: the trigger time that Flink gives. */
  stateAt: z.iso.datetime(),
  verifiedAt: z.iso.datetime(),
  flinkVersion: z.string(),
  flinkJobId: z.string(),
  checkpointId: z.number().int(),
  /** Key of the snapshot's directory below the store's prefix: the one that holds `_metadata`. */
  snapshot: z.string().min(1),
  /** The same as a path for Flink jobs of the zone `to`. */
  restorePath: z.string().min(1),
  /**
   * Every file of the snapshot, `_metadata` first; keys below the store's prefix. `sha256` of the first `sizeBytes`
   * where it was taken on the way: a merged file may be longer, as later snapshots use more of it.
   */
  files: z.array(
    z.object({ key: z.string().min(1), sizeBytes: z.number().int().min(0), sha256: z.string().optional() }),
  ),
  totalBytes: z.number().int().min(0),
  /** What the job needs to start beside image and state. Absent in manifests of earlier versions, which did not look. */
  artifacts: z.array(artifactSchema).optional(),
  /** The job's spec as rendered for the zone `to`, suspended. */
  spec: z.record(z.string(), z.unknown()),
});

export type RecoveryPointManifest = z.infer<typeof manifestSchema>;
