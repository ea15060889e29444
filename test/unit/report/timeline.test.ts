import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assembleReport } from '../../../model/report/assemble.ts';
import { type StepName, stepNames } from '../../../model/report/schema.ts';
import { chooseAxis, layOutTimeline, maxStepKinds, type Timeline } from '../../../model/report/timeline.ts';
import { sampleInput, sampleJob, sampleStart } from '../../builders/report.ts';
import { arbitraryJobs } from './arbitrary-job.ts';

const after = (seconds: number): string => new Date(Date.parse(sampleStart) + seconds * 1_000).toISOString();
const layOut = (jobs: Parameters<typeof sampleJob>[0][], budgetSeconds = 600): Timeline =>
  layOutTimeline(assembleReport(sampleInput({ jobs: jobs.map((job) => sampleJob(job)), budgetSeconds })));

describe('chooseAxis', () => {
  it('shows the whole budget, which ends at a tick', () => {
    const axis = chooseAxis(400, 600);
    expect(axis.spanSeconds).toBe(600);
    expect(axis.budget).toEqual({ seconds: 600, at: 1 });
    expect(axis.ticks.map((tick) => tick.seconds)).toEqual([0, 120, 240, 360, 480, 600]);
  });

  it('comes nearer when all was over in less than a third of the budget', () => {
    expect(chooseAxis(48, 600)).toMatchObject({ spanSeconds: 50, budget: null });
  });

  it('goes on beyond a budget that was not kept', () => {
    const axis = chooseAxis(663, 600);
    expect(axis.spanSeconds).toBe(720);
    expect(axis.budget).toEqual({ seconds: 600, at: 0.8333 });
  });

  it('holds every end and has few ticks, from seconds to months', () => {
    const length = fc.double({ min: 0, max: 1e7, noNaN: true });
    fc.assert(
      fc.property(length, fc.double({ min: 1, max: 1e6, noNaN: true }), (endSeconds, budgetSeconds) => {
        const { spanSeconds, ticks, budget } = chooseAxis(endSeconds, budgetSeconds);
        expect(spanSeconds).toBeGreaterThanOrEqual(endSeconds);
        expect(ticks.length).toBeLessThanOrEqual(7);
        expect(ticks[0]).toEqual({ seconds: 0, at: 0 });
        expect(ticks.at(-1)).toEqual({ seconds: spanSeconds, at: 1 });
        if (budget) expect(budget.at).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe('layOutTimeline', () => {
  it('places steps by the time since the trigger', () => {
    const { groups, steps } = layOut([
      {
        rtoSeconds: 300,
        steps: [
          { name: 'claim', startedAt: after(60), seconds: 60 },
          { name: 'restore', startedAt: after(120), seconds: 180 },
        ],
      },
    ]);
    expect(steps).toEqual(['claim', 'restore']);
    expect(groups[0]!.rows[0]).toMatchObject({
      endSeconds: 300,
      end: 0.5,
      segments: [
        { kind: 0, start: 0.1, length: 0.1, seconds: 60 },
        { kind: 1, start: 0.2, length: 0.3, seconds: 180 },
      ],
    });
  });

  it('cuts off what lies before the trigger', () => {
    const { groups } = layOut([
      {
        rtoSeconds: 400,
        steps: [
          { name: 'claim', startedAt: after(-3_600), seconds: 3_000 },
          { name: 'schedule', startedAt: after(-60), seconds: 180 },
        ],
      },
    ]);
    expect(groups[0]!.rows[0]!.segments).toMatchObject([{ name: 'schedule', start: 0, length: 0.2, seconds: 120 }]);
  });

  it('ends a failed job where its last step ended, and gives a job that was left no end', () => {
    const steps = [{ name: 'schedule' as const, startedAt: after(10), seconds: 20 }];
    const { groups } = layOut([
      { name: 'a', outcome: 'failed', rtoSeconds: null, steps },
      { name: 'b', outcome: 'left', rtoSeconds: null, steps: [] },
    ]);
    expect(groups[0]!.rows.map((row) => row.endSeconds)).toEqual([30, null]);
  });

  it('draws more kinds of steps than there are colours as one', () => {
    const steps = (Object.keys(stepNames) as StepName[]).map((name, index) => ({
      name,
      startedAt: after(index),
      seconds: 1,
    }));
    const timeline = layOut([{ rtoSeconds: 12, steps }]);
    expect(timeline.steps).toHaveLength(maxStepKinds);
    expect(timeline.steps.at(-1)).toBe('other steps');
    expect(timeline.groups[0]!.rows[0]!.segments.at(-1)!.kind).toBe(maxStepKinds - 1);
  });

  it('groups by tier and keeps every share between 0 and 1', () => {
    fc.assert(
      fc.property(arbitraryJobs, (jobs) => {
        const report = assembleReport(sampleInput({ jobs }));
        const { groups } = layOutTimeline(report);
        expect(groups.flatMap((group) => group.rows.map((row) => row.job))).toEqual(
          report.jobs.filter(({ tier }) => tier !== null),
        );
        for (const row of groups.flatMap((group) => group.rows)) {
          for (const { start, length } of row.segments) {
            expect(start).toBeGreaterThanOrEqual(0);
            expect(length).toBeGreaterThanOrEqual(0);
            expect(start + length).toBeLessThanOrEqual(1.0001);
          }
          if (row.end !== null) expect(row.end).toBeLessThanOrEqual(1);
        }
      }),
    );
  });
});
