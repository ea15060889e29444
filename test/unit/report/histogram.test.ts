import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assembleReport } from '../../../model/report/assemble.ts';
import { layOutHistograms } from '../../../model/report/histogram.ts';
import { sampleInput, sampleJob } from '../../builders/report.ts';
import { arbitraryJobs } from './arbitrary-job.ts';

describe('layOutHistograms', () => {
  it('puts a time into the column that holds it, the last time into the last column', () => {
    const jobs = [0, 11.9, 12, 599, 600].map((rtoSeconds, index) => sampleJob({ name: `j${index}`, rtoSeconds }));
    const { columnSeconds, tiers } = layOutHistograms(assembleReport(sampleInput({ jobs })));
    expect(columnSeconds).toBe(12);
    expect(tiers[0]!.counts.slice(0, 2)).toEqual([2, 1]);
    expect(tiers[0]!.counts.at(-1)).toBe(2);
    expect(tiers[0]!.mostInOne).toBe(2);
  });

  it('counts every running job with a time once', () => {
    fc.assert(
      fc.property(arbitraryJobs, (jobs) => {
        const { tiers } = layOutHistograms(assembleReport(sampleInput({ jobs })));
        const counted = tiers.flatMap((tier) => tier.counts).reduce((sum, count) => sum + count, 0);
        expect(counted).toBe(jobs.filter((job) => job.outcome === 'running' && job.rtoSeconds !== null).length);
      }),
    );
  });
});
