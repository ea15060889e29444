/** The answer to "escape this zone": given at once, and the same however often the same incident is sent. */
export interface Verdict {
  accepted: boolean;
  /** Why not, as a code of `model/error-codes.ts`; absent when accepted. */
  code?: string;
  /** One sentence for people. */
  sentence: string;
  /** The workflow to follow. */
  workflowId: string;
}
