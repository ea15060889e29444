/** Answers that Flink 1.20.0 gave; stack frames beyond the third of each cause are cut, paths are neutral. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkpointsAnswer, exceptionsAnswer, jobAnswer } from '../../adapters/flink/answers.ts';
import type { JobSighting } from '../../model/health/flink/restore-history.ts';

const folder = join(import.meta.dirname, 'recorded');

export function recorded(name: string): { status: number; body: unknown } {
  return JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as { status: number; body: unknown };
}

/** The end of a JobManager's log. */
export function recordedLog(name: string): string {
  return readFileSync(join(folder, `job-manager-${name}.log`), 'utf8');
}

/** The answers of one situation as decisions see them. */
export function sighting(of: 'running' | 'restored' | 'file-missing' | 'checksum'): JobSighting {
  const exceptions = of === 'running' || of === 'restored' ? 'exceptions-none' : `exceptions-${of}`;
  return {
    job: jobAnswer.parse(recorded(`job-${of}`).body),
    checkpoints: checkpointsAnswer.parse(recorded(`checkpoints-${of}`).body),
    exceptions: exceptionsAnswer.parse(recorded(exceptions).body),
  };
}

/** The snapshot that the recorded jobs were started from, as it was asked for; Flink answers `file:/…`. */
export const askedPath = 'file:///snapshots/orders/snap-6';
