/** What a proof is: a must-hold that takes too long for `npm test`, and what became of trying it. */

/** What was measured or counted on the way, by name. */
export type Figures = Record<string, number | string | null | readonly string[] | Readonly<Record<string, number>>>;

export interface Outcome {
  holds: boolean;
  figures: Figures;
}

/** What `npm run prove -- <name>` prints as its last word. */
export interface Verdict extends Outcome {
  name: string;
}

export interface Proof {
  /** What must hold, on one line. */
  about: string;
  /** About so long on two quiet cores, with all tools built. */
  minutes: number;
  /** What must be built for it. */
  tools: readonly string[];
  /** Tries it; progress goes to stderr. What is thrown counts as not holding. */
  run(): Promise<Outcome>;
}

export type Proofs = Record<string, Proof>;
