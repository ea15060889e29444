/**
 * What is tried next for a job that was started and does not come up. Workflows import this file, so nothing here may
 * pull in zod, a clock or I/O.
 */
import type { DiagnosisCode } from '../health/diagnosis/codes.ts';

/**
 * `again`: the same recovery point, with a fresh object. `older`: the newest intact recovery point before those tried.
 * `fallback`: with the settings that the job's owner allows for this case.
 */
const rungs = ['again', 'older', 'fallback'] as const;
export type Rung = (typeof rungs)[number];

/** Older recovery points tried for one job: each costs a start, and state that is older still helps nobody. */
const mostOlder = 3;

/** Which rungs can mend what was diagnosed, in the order in which they are tried. Waiting mends the others, or people. */
const cures: Record<DiagnosisCode, readonly Rung[]> = {
  'wrong-path-restored': ['again'],
  'snapshot-metadata-corrupt': ['older'],
  'snapshot-file-missing': ['older'],
  'snapshot-data-corrupt': ['older'],
  'out-of-memory': ['fallback'],
  'restart-loop': ['fallback'],
  'operator-rejected': ['fallback'],
  'not-ready-in-time': ['fallback'],
  unschedulable: [],
  'image-pull': [],
  'job-manager-unreachable': [],
  unknown: [],
};

/** The rung to try after those already `climbed`; undefined: the job has failed. */
export function nextRung(code: DiagnosisCode, climbed: readonly Rung[]): Rung | undefined {
  const count = (rung: Rung) => climbed.filter((other) => other === rung).length;
  return cures[code].find((rung) => count(rung) < (rung === 'older' ? mostOlder : 1));
}
