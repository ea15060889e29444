import { describe, expect, it } from 'vitest';
import { assembleReport, type ReportInput } from '../../../model/report/assemble.ts';
import { headline } from '../../../model/report/headline.ts';
import type { JobReport } from '../../../model/report/schema.ts';
import { sampleInput, sampleJob } from '../../builders/report.ts';

function say(outcomes: JobReport['outcome'][], overrides: Partial<ReportInput> = {}, rtoSeconds = 48): string {
  const jobs = outcomes.map((outcome, index) =>
    sampleJob({ name: `j${index}`, outcome, rtoSeconds: outcome === 'running' ? rtoSeconds : null }),
  );
  return headline(assembleReport(sampleInput({ jobs, ...overrides })));
}

describe('headline', () => {
  it.each([
    [
      'all run',
      say(['running', 'running']),
      '2 of 2 jobs of az-a run again in az-b. The slowest took 48 s of the 10 m budget.',
    ],
    ['one job', say(['running']), '1 of 1 job of az-a runs again in az-b. The slowest took 48 s of the 10 m budget.'],
    [
      'some did not come back',
      say(['running', 'running', 'failed', 'left', 'left']),
      '2 of 5 jobs of az-a run again in az-b; 1 failed, 2 were left. The slowest took 48 s of the 10 m budget.',
    ],
    ['none runs', say(['failed', 'left']), 'None of 2 jobs of az-a runs again in az-b; 1 failed, 1 was left.'],
    ['no job', say([]), 'No job of az-a had to move.'],
    [
      'over the budget',
      say(['running', 'running'], {}, 700),
      '2 of 2 jobs of az-a run again in az-b. 2 took longer than the 10 m budget, the slowest 11 m 40 s.',
    ],
    [
      'two zones',
      say(['running', 'running'], { to: ['az-b', 'az-c'] }),
      '2 of 2 jobs of az-a run again in az-b and az-c. The slowest took 48 s of the 10 m budget.',
    ],
    [
      'a planned move',
      say(['running', 'running'], { kind: 'relocate' }),
      '2 of 2 jobs of az-a now run in az-b. The slowest took 48 s of the 10 m budget.',
    ],
    [
      'a dry run',
      say(['running', 'left'], { dryRun: true }),
      'Dry run, nothing was changed: 1 of 2 jobs of az-a would run in az-b; 1 would be left.',
    ],
  ])('%s', (_, said, wanted) => {
    expect(said).toBe(wanted);
  });
});
