/** Jobs of any kind for property tests. */
import fc from 'fast-check';
import { outcomes, type JobReport } from '../../../model/report/schema.ts';
import { tiers } from '../../../model/job/tier.ts';
import { sampleJob, sampleStart } from '../../builders/report.ts';

const seconds = fc.nat({ max: 2_000_000 }).map((tenths) => tenths / 10);

const step = fc
  .record({
    name: fc.constantFrom('claim', 'schedule', 'restore', 'verify'),
    at: fc.integer({ min: -900, max: 900 }),
    seconds,
  })
  .map(({ name, at, seconds: long }) => ({
    name,
    startedAt: new Date(Date.parse(sampleStart) + at * 1_000).toISOString(),
    seconds: long,
  }));

const untouched = { wave: null, outcome: 'left', rtoSeconds: null, rpoSeconds: null } as const;

const arbitraryJob: fc.Arbitrary<JobReport> = fc
  .record({
    namespace: fc.constantFrom('a', 'b', 'payments'),
    name: fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/),
    tier: fc.constantFrom(...tiers, null),
    wave: fc.option(fc.nat({ max: 4 })),
    outcome: fc.constantFrom(...outcomes),
    rtoSeconds: fc.option(seconds),
    rpoSeconds: fc.option(seconds),
    steps: fc.array(step, { maxLength: 5 }),
  })
  // What has no tier is in no plan, so nothing was done for it.
  .map((job) => sampleJob(job.tier === null ? { ...job, ...untouched, steps: [] } : job));

/** Fleets in which no job occurs twice: a job is known by its namespace and name. */
export const arbitraryJobs = fc.uniqueArray(arbitraryJob, {
  maxLength: 40,
  selector: (job) => `${job.namespace}/${job.name}`,
});
