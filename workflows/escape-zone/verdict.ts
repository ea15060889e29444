/** The answer to "escape this zone": given at once, and the same however often the same incident is sent. */
export interface Verdict {
  accepted: boolean;
  /** One sentence for people. */
  sentence: string;
  /** The workflow to follow. */
  workflowId: string;
}
