import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assembleReport } from '../../../model/report/assemble.ts';
import { reportSchema } from '../../../model/report/schema.ts';
import { sampleInput, sampleJob } from '../../builders/report.ts';
import { arbitraryJobs } from './arbitrary-job.ts';

const names = (jobs: readonly { namespace: string; name: string }[]): string[] =>
  jobs.map((job) => `${job.namespace}/${job.name}`);

describe('assembleReport', () => {
  it('orders jobs by tier, wave and name', () => {
    const jobs = [
      sampleJob({ name: 'late', tier: 'P2', wave: 0 }),
      sampleJob({ name: 'b', tier: 'P1', wave: 1 }),
      sampleJob({ name: 'z', tier: 'P1', wave: 0 }),
      sampleJob({ name: 'a', namespace: 'zoo', tier: 'P1', wave: 0 }),
      sampleJob({ name: 'first', tier: 'P0', wave: 3 }),
      sampleJob({ name: 'untold', tier: null, wave: null }),
      sampleJob({ name: 'last', tier: 'P2', wave: null }),
    ];
    expect(names(assembleReport(sampleInput({ jobs })).jobs)).toEqual([
      'payments/first',
      'payments/z',
      'zoo/a',
      'payments/b',
      'payments/late',
      'payments/last',
      'payments/untold',
    ]);
  });

  it('takes times of running jobs alone, and the median by nearest rank', () => {
    const jobs = [
      ...[10, 20, 30, 40].map((rtoSeconds, index) =>
        sampleJob({ name: `j${index}`, rtoSeconds, rpoSeconds: rtoSeconds / 10 }),
      ),
      sampleJob({ name: 'failed', outcome: 'failed', rtoSeconds: 9_999, rpoSeconds: 9_999 }),
    ];
    const { tiers, totals } = assembleReport(sampleInput({ jobs }));
    expect(tiers).toEqual({ P1: { jobs: 5, running: 4, rtoSecondsP50: 20, rtoSecondsMax: 40, rpoSecondsMax: 4 } });
    expect(totals).toEqual({ running: 4, left: 0, failed: 1, rolledBack: 0, proven: 0 });
  });

  it('has null times for a tier in which nothing runs, and no entry for a tier without jobs', () => {
    const { tiers } = assembleReport(sampleInput({ jobs: [sampleJob({ outcome: 'left', rtoSeconds: 5 })] }));
    expect(tiers).toEqual({
      P1: { jobs: 1, running: 0, rtoSecondsP50: null, rtoSecondsMax: null, rpoSecondsMax: null },
    });
  });

  it('is an escape unless told, and leaves its input alone', () => {
    const jobs = [sampleJob({ name: 'z' }), sampleJob({ name: 'a' })];
    expect(assembleReport(sampleInput({ jobs })).kind).toBe('escape');
    expect(assembleReport(sampleInput({ kind: 'drill' })).kind).toBe('drill');
    expect(names(jobs)).toEqual(['payments/z', 'payments/a']);
  });

  it('keeps to the contract, and its totals and tiers add up', () => {
    fc.assert(
      fc.property(arbitraryJobs, (jobs) => {
        const report = assembleReport(sampleInput({ jobs }));
        expect(reportSchema.parse(report)).toEqual(report);
        const { running, ...others } = report.totals;
        expect(Object.values(others).reduce((sum, count) => sum + count, running)).toBe(jobs.length);
        const tiers = Object.values(report.tiers);
        expect(tiers.reduce((sum, tier) => sum + tier.jobs, 0)).toBe(jobs.filter(({ tier }) => tier !== null).length);
        expect(tiers.reduce((sum, tier) => sum + tier.running, 0)).toBe(running);
      }),
    );
  });

  it('takes a median that at least half of the jobs keep and that one job has', () => {
    fc.assert(
      fc.property(arbitraryJobs, (jobs) => {
        const { tiers } = assembleReport(sampleInput({ jobs }));
        for (const [tier, { rtoSecondsP50, rtoSecondsMax }] of Object.entries(tiers)) {
          const times = jobs
            .filter((job) => job.tier === tier && job.outcome === 'running')
            .flatMap((job) => job.rtoSeconds ?? []);
          expect(rtoSecondsMax).toBe(times.length === 0 ? null : Math.max(...times));
          if (rtoSecondsP50 === null) continue;
          expect(times).toContain(rtoSecondsP50);
          expect(times.filter((time) => time <= rtoSecondsP50).length * 2).toBeGreaterThanOrEqual(times.length);
          expect(times.filter((time) => time < rtoSecondsP50).length * 2).toBeLessThan(times.length);
        }
      }),
    );
  });

  it('does not depend on the order of its input', () => {
    const shuffled = arbitraryJobs.chain((jobs) =>
      fc.tuple(fc.constant(jobs), fc.shuffledSubarray(jobs, { minLength: jobs.length })),
    );
    fc.assert(
      fc.property(shuffled, ([jobs, others]) => {
        expect(assembleReport(sampleInput({ jobs: others }))).toEqual(assembleReport(sampleInput({ jobs })));
      }),
    );
  });
});
