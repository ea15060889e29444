/**
 * What is known of the files of a job's recovery points from earlier checks: `checks.json` in the folder of its recovery
 * points. By file and not by recovery point, as shipped ones share files and live for minutes, their files for days.
 */
import { z } from 'zod';

const checkedFileSchema = z.object({
  /** The first so many bytes were read. */
  sizeBytes: z.number().int().min(0),
  sha256: z.string(),
  /** When they were read last, in milliseconds since the epoch. */
  readAtMs: z.number(),
});

export const checksSchema = z.object({
  schema: z.literal(1),
  checkedAt: z.string(),
  files: z.record(z.string(), checkedFileSchema),
});

export type CheckedFile = z.infer<typeof checkedFileSchema>;
export type Checks = z.infer<typeof checksSchema>;
