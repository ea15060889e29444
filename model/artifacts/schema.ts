/** What the manifest of a recovery point says of the files that its job needs to start. */
import { z } from 'zod';

const uri = z.string().min(1);

export const artifactSchema = z.discriminatedUnion('kind', [
  /** In the image, or in a folder of the pod. `image`: what stands for it, with its digest where the owner pinned it. */
  z.object({ kind: z.literal('in-image'), uri, image: z.string().optional() }),
  /** A copy of it lies in the zone of the manifest. */
  z.object({
    kind: z.literal('kept'),
    /** In the home zone. */
    uri,
    /** What the manifest's spec says instead. */
    uriThere: z.string().min(1),
    /** Name of the store that holds the copy, and its key below that store's prefix. */
    store: z.string().min(1),
    key: z.string().min(1),
    sizeBytes: z.number().int().min(0),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
  }),
  /** Its owner keeps it in the zone of the manifest. */
  z.object({ kind: z.literal('in-peer'), uri }),
  /** Outside the zones' stores. */
  z.object({ kind: z.literal('elsewhere'), uri }),
  /** It could not be read at home, and no round before had copied it. */
  z.object({ kind: z.literal('missing'), uri }),
]);

export type Artifact = z.infer<typeof artifactSchema>;
export type KeptArtifact = Extract<Artifact, { kind: 'kept' }>;

/** How a file at home was copied: beside the copies, so that one that is unchanged is not read again. */
export const artifactSourceSchema = z.object({
  schema: z.literal(1),
  /** Whole path in the store at home. */
  path: z.string(),
  sizeBytes: z.number().int().min(0),
  /** Date of the file, and what else the store gives that changes with each write. */
  version: z.string(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

export type ArtifactSource = z.infer<typeof artifactSourceSchema>;
