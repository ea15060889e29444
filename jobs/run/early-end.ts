/** When a job that does not come up may be given up before its deadline: waiting on would only hide the reason. */
import type { DiagnosisCode } from '../../model/health/diagnosis/codes.ts';
import type { Diagnosis } from '../../model/health/diagnosis/diagnose.ts';

/** How long after its start a sign is taken for final; undefined: only the deadline ends it (room may yet be freed). */
const finalAfterMs: Record<DiagnosisCode, number | undefined> = {
  'wrong-path-restored': 0,
  'snapshot-metadata-corrupt': 10_000,
  'snapshot-file-missing': 10_000,
  'snapshot-data-corrupt': 10_000,
  'operator-rejected': 30_000,
  'image-pull': 45_000,
  'restart-loop': 45_000,
  'out-of-memory': 45_000,
  unschedulable: undefined,
  'job-manager-unreachable': undefined,
  'not-ready-in-time': undefined,
  unknown: undefined,
};

/** True if a job with this diagnosis, `sinceStartMs` after its start, will not come up by waiting. */
export function isFinal({ code, mayPass }: Pick<Diagnosis, 'code' | 'mayPass'>, sinceStartMs: number): boolean {
  const afterMs = finalAfterMs[code];
  return !mayPass && afterMs !== undefined && sinceStartMs >= afterMs;
}
