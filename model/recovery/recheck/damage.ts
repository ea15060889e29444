/** What a re-check found wrong with a recovery point: `damaged.json` beside its manifest, until it is found whole again. */
import { z } from 'zod';

const faultSchema = z.object({
  /** Key of the file below the store's prefix. */
  key: z.string().min(1),
  /** The first so many bytes are needed. */
  sizeBytes: z.number().int().min(0),
  found: z.enum(['missing', 'too short', 'other bytes', 'unreadable manifest']),
  /** For people: sizes or digests that were seen and wanted. */
  seen: z.string(),
  /** The store's date of the file, ISO 8601: one with another date was replaced since. Absent when it is missing. */
  modifiedAt: z.string().optional(),
});

export const damageSchema = z.object({
  schema: z.literal(1),
  /** ISO 8601. */
  seenAt: z.string(),
  zone: z.string(),
  faults: z.array(faultSchema).min(1),
});

export type FileFault = z.infer<typeof faultSchema>;
export type Damage = z.infer<typeof damageSchema>;
