/**
 * The one table of findings: what would keep a job from escaping, by stable code. `docs/findings.md` is held against it
 * by a test.
 */
export const findingCodes = {
  RecoveryPointDamaged: {
    means: 'A file of a recovery point is missing, too short, or has other bytes than were written.',
    remedy:
      'Nothing at once: an escape uses its neighbour. In mode ship the next round copies the file again; in mode savepoint the next one takes its place. Look after the store.',
  },
  NoIntactRecoveryPoint: {
    means: 'None of the job’s recovery points in the peer zone is intact.',
    remedy: 'Run `az-escape protect <zone> --job <namespace/name>` now; until then the job cannot escape.',
  },
} as const;

export type FindingCode = keyof typeof findingCodes;

/** One finding about one job. */
export interface Finding {
  code: FindingCode;
  /** For people: what was seen, where. */
  sentence: string;
}
