import { describe, expect, it } from 'vitest';
import { gatherTroubles, troublesFirst } from '../../../model/report/troubles.ts';
import { sampleJob } from '../../builders/report.ts';

const jobs = [
  sampleJob({ name: 'a' }),
  sampleJob({ name: 'b', outcome: 'left', code: 'NoRoom', message: 'no room' }),
  sampleJob({ name: 'c', outcome: 'failed', code: 'snapshot-file-missing', message: 'state' }),
  sampleJob({ name: 'd', outcome: 'failed', code: 'NoRoom', message: 'no room' }),
  sampleJob({ name: 'e', outcome: 'failed', code: 'snapshot-file-missing', message: 'state' }),
];

describe('troubles', () => {
  it('gathers jobs with the same outcome and reason, failed ones first', () => {
    expect(
      gatherTroubles(jobs).map(({ outcome, message, jobs: of }) => [outcome, message, of.map((job) => job.name)]),
    ).toEqual([
      ['failed', 'state', ['c', 'e']],
      ['failed', 'no room', ['d']],
      ['left', 'no room', ['b']],
    ]);
  });

  it('lists failed, left, running', () => {
    expect(troublesFirst(jobs).map((job) => job.name)).toEqual(['c', 'd', 'e', 'b', 'a']);
  });
});
