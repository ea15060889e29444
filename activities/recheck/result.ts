/** A re-check in words and figures. */
import type { Finding } from '../../model/readiness/codes.ts';
import { jobKey } from '../../model/job/job.ts';
import type { CheckedFile } from '../../model/recovery/recheck/checks.ts';
import type { KeptJob } from '../../jobs/recovery-points/find-job.ts';
import { damageFinding, describeDamage } from '../../jobs/recovery-points/damage-marks.ts';
import type { MarkedPoint } from './mark-points.ts';
import type { RecheckedPoint, RecheckResult } from '../../model/results/recheck.ts';

/** A workflow's history carries them for each job. */
const mostLines = 20;
const mostDamaged = 50;
const mostFindings = 5;

export function recheckResult(
  { job, store, peer }: KeptJob,
  points: readonly MarkedPoint[],
  checked: Readonly<Record<string, CheckedFile>>,
  read: { files: number; bytes: number },
  moved: string | undefined,
): Omit<RecheckResult, 'seconds'> {
  const lines = points.map(({ id, files, damage }): RecheckedPoint => ({
    id,
    state: damage ? 'damaged' : 'intact',
    files: files.length,
    bytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    read: files.filter(({ key }) => checked[key] !== undefined).length,
    fault: damage ? describeDamage(damage) : null,
  }));
  const damaged = lines.filter(({ state }) => state === 'damaged').length;
  const findings: Finding[] = [];
  if (damaged > 0 && damaged === lines.length) {
    const sentence = `none of the ${damaged} recovery points of ${jobKey(job)} in ${peer} is intact`;
    findings.push({ code: 'NoIntactRecoveryPoint', sentence });
  }
  for (const { id, damage } of points) {
    if (damage && findings.length < mostFindings) findings.push(damageFinding(store, job, id, damage));
  }
  const states = `${lines.length - damaged} intact, ${damaged} damaged`;
  return {
    ...job,
    outcome: 'checked',
    code: null,
    sentence: [`${states}; ${read.files} files, ${read.bytes} bytes read`, ...(moved ? [moved] : [])].join('; '),
    points: [
      ...lines.slice(0, mostLines),
      ...lines
        .slice(mostLines)
        .filter(({ fault }) => fault)
        .slice(0, mostDamaged),
    ],
    ...read,
    findings,
  };
}
