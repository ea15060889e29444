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
  ArtifactMissing: {
    means:
      'A file that the job needs to start, such as its jar, cannot be read in the zone’s store. The job’s state is protected all the same.',
    remedy:
      'Put the file back under the URI that the sentence names, or deploy the job with another. Until then an escape starts the job with the copy of an earlier round; where the sentence says that there is none, it cannot start it.',
  },
  ArtifactElsewhere: {
    means:
      'A file that the job needs to start comes from outside the zones’ stores, so nobody knows whether it is there when the zone is lost.',
    remedy:
      'See that the address answers without the zone, or put the file into the image or into a store of the zone, from which it is copied.',
  },
} as const;

export type FindingCode = keyof typeof findingCodes;

/** One finding about one job. */
export interface Finding {
  code: FindingCode;
  /** For people: what was seen, where. */
  sentence: string;
}
