/** What the makers of single steps get and give back. */
import type { Source } from './stamp.ts';

export interface MakeContext {
  signal: AbortSignal;
  /** Writes the lists of jar digests instead of checking against them. */
  recordDigests: boolean;
}

/** The result of making a step; all its files are in place. */
export interface Made {
  source: Source;
  version?: string;
  /** Absolute paths of the files whose presence means that the step is done. */
  files: string[];
}
