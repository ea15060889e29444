import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reportTable } from '../../../cli/render/report-table.ts';
import { textWidth } from '../../../cli/render/text-width.ts';
import { assembleReport } from '../../../model/report/assemble.ts';
import { sampleFleet, sampleInput, sampleJob, samplePreempted } from '../../builders/report.ts';

const report = assembleReport(
  sampleInput({
    jobs: [
      sampleJob({ name: 'orders', restoredPath: 's3://b/sp-1' }),
      sampleJob({ name: 'late', restoredPath: 's3://b/sp-2', rtoSeconds: 700 }),
      sampleJob({
        name: 'broken',
        outcome: 'failed',
        rtoSeconds: null,
        code: 'operator-rejected',
        message: 'Flink refused the snapshot.',
        restoredPath: null,
        evidence: ['evidence/events.txt'],
      }),
    ],
  }),
);

describe('reportTable', () => {
  it('tells who made room, with the savepoint to come back from', () => {
    const preempted = [
      samplePreempted({ savepoint: 's3://b/sp-9' }),
      samplePreempted({
        outcome: 'failed',
        name: 'daily',
        savepoint: null,
        code: 'Unauthorized',
        message: 'refused (403)',
      }),
    ];
    expect(reportTable({ ...report, preempted }).slice(9, -1)).toEqual([
      'made room  reports/hourly in az-b',
      '    s3://b/sp-9',
      'could not be ended  reports/daily in az-b',
      '    Unauthorized: refused (403)',
      '',
    ]);
    const many = Array.from({ length: 25 }, () => samplePreempted());
    expect(reportTable({ ...report, preempted: many }).join('\n')).toContain(
      '5 jobs more had to make room: see report.json',
    );
  });

  it('lists failed jobs first, their sentence below, and the headline last', () => {
    expect(reportTable(report)).toEqual([
      'JOB              TIER  OUTCOME    RECOVERY POINT             STATE AGE   RUNS AGAIN IN  RESTORED PATH',
      'payments/broken  P1    ✕ failed   20261121T020250Z-0a1b2c3d       14 s               –  –',
      'payments/late    P1    ✓ running  20261121T020250Z-0a1b2c3d       14 s  11 m 40 s over  s3://b/sp-2',
      'payments/orders  P1    ✓ running  20261121T020250Z-0a1b2c3d       14 s            48 s  s3://b/sp-1',
      '',
      '✕ failed  payments/broken',
      '    operator-rejected: Flink refused the snapshot.',
      '    evidence/events.txt',
      '',
      '2 of 3 jobs of az-a run again in az-b; 1 failed. 1 took longer than the 10 m budget, the slowest 11 m 40 s.',
    ]);
  });

  it('names what it does not list', () => {
    const lines = reportTable(sampleFleet({ jobs: 1_000, failed: 30 }), { maxJobs: 10 });
    expect(lines).toContain('… 990 jobs more in report.json');
    expect(lines.some((line) => line.endsWith(' and 10 more'))).toBe(true);
    expect(lines.length).toBeLessThan(40);
  });

  it('keeps within the terminal from 80 columns on', () => {
    const fleet = sampleFleet({ jobs: 40, failed: 3, left: 2 });
    fc.assert(
      fc.property(fc.integer({ min: 80, max: 220 }), (width) => {
        const table = reportTable(fleet, { width }).slice(0, 41);
        for (const line of table) expect(textWidth(line)).toBeLessThanOrEqual(width);
      }),
    );
  });

  it('prints no terminal sequence from outside', () => {
    const hostile = '\x1b]0;owned\x07\x1b[2J';
    const job = sampleJob({
      name: hostile,
      outcome: 'failed',
      code: 'unknown',
      message: hostile,
      restoredPath: hostile,
      evidence: [hostile],
    });
    const lines = reportTable(assembleReport(sampleInput({ zone: hostile, to: [hostile], jobs: [job] })));
    // oxlint-disable-next-line no-control-regex
    expect(lines.join('\n')).not.toMatch(/[\x1b\x07]/);
  });

  it('has only the headline for a report without jobs', () => {
    expect(reportTable(assembleReport(sampleInput()))).toEqual(['No job of az-a had to move.']);
  });
});
