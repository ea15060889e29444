/** What the newest round of a job came to: kept beside its recovery points, so that it can be read without Temporal. */
import { z } from 'zod';

export const lastRoundSchema = z.object({
  schema: z.literal(1),
  at: z.iso.datetime(),
  outcome: z.enum(['protected', 'refused', 'failed']),
  /** Code of `model/error-codes.ts`; null when protected. */
  code: z.string().nullable(),
  sentence: z.string(),
  mode: z.enum(['savepoint', 'ship']).nullable(),
  /** Bytes that crossed the link between the zones. */
  copiedBytes: z.number().min(0),
  seconds: z.number().min(0),
});

export type LastRound = z.infer<typeof lastRoundSchema>;
