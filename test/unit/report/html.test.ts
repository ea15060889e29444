import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assembleReport, type ReportInput } from '../../../model/report/assemble.ts';
import { renderReportHtml } from '../../../model/report/html.ts';
import type { JobReport } from '../../../model/report/schema.ts';
import { sampleFleet, sampleInput, sampleJob, samplePreempted, sampleStart } from '../../builders/report.ts';
import { arbitraryJobs } from './arbitrary-job.ts';
import { hostileText } from './hostile-text.ts';
import { tagsOf } from './tags.ts';

const textOf = (page: string): string =>
  page
    .replace(/<style>[\s\S]*?<\/style>/, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');

/** Two jobs, one failed, with one and the same text wherever text comes from outside. */
function pageSaying(text: string, overrides: Partial<ReportInput> = {}): string {
  const from: Partial<JobReport> = {
    namespace: text,
    name: text,
    message: text,
    from: text,
    to: text,
    recoveryPoint: `${text}/20261121T020250Z-0a1b2c3d/manifest.json`,
    restoredPath: text,
    evidence: [text],
    steps: [{ name: 'restore', startedAt: sampleStart, seconds: 60 }],
  };
  const jobs = [sampleJob({ ...from, rtoSeconds: 60 }), sampleJob({ ...from, outcome: 'failed', tier: 'P2' })];
  const outside = {
    id: text,
    incident: text,
    trigger: { by: text, via: text },
    fence: { outcome: 'fenced' as const, detail: text },
    preempted: [
      samplePreempted({
        namespace: text,
        name: text,
        zone: text,
        code: 'PodsRemain',
        message: text,
        savepoint: text,
        makesRoomFor: [text],
      }),
    ],
  };
  return renderReportHtml(assembleReport(sampleInput({ jobs, ...outside, ...overrides })));
}

describe('renderReportHtml', () => {
  it('says what a person on call needs first', () => {
    const text = textOf(renderReportHtml(sampleFleet({ jobs: 4 })));
    expect(text).toMatch(/4 of 4 jobs of az-a run again in az-b\s*\. The slowest took 39\ss of the 10\sm budget\./);
    expect(text).toContain('by mira@example.com, via az-escape escape');
    expect(text).toContain('az-a did not answer.');
    expect(text).toContain('savepoint-000003-5d6e7f0a1b2c');
    expect(text).not.toContain('What did not come back');
  });

  it('puts what did not come back, with its diagnosis and evidence, before the other jobs', () => {
    const page = renderReportHtml(sampleFleet({ jobs: 40, failed: 3, left: 2 }));
    const [, troubles = '', table = ''] = /class="troubles">(.*?)<\/section>.*<table class="jobs">(.*)<\/table>/s.exec(
      page,
    )!;
    expect(troubles).toContain('because the operator is not available in the new program.');
    expect(troubles).toContain('There is no recovery point in az-b');
    expect(troubles).toContain('href="evidence/search/inventory-levels-012/events.txt"');
    const outcomes = [...table.matchAll(/<tr class="(\w+)">/g)].map((match) => match[1]);
    expect(outcomes).toEqual([...Array(3).fill('failed'), ...Array(2).fill('left'), ...Array(35).fill('running')]);
  });

  it.each([
    ['4', { jobs: 4 }, 'bars', 4, 40_000],
    ['60', { jobs: 60, failed: 2 }, 'bars', 60, 150_000],
    ['61', { jobs: 61 }, 'rows', 61, 150_000],
    ['1,000', { jobs: 1_000, failed: 7, left: 3 }, 'rows', 1_000, 1_000_000],
    ['10,000', { jobs: 10_000, failed: 40, left: 12 }, 'rows', 102, 200_000],
  ])('gives %s jobs a well-formed page of bounded size', (_, fleet, look, rows, maxBytes) => {
    const page = renderReportHtml(sampleFleet(fleet));
    tagsOf(page);
    expect(page).toContain(`<figure class="${look}">`);
    expect([...page.matchAll(/<tr class="(?:running|left|failed)">/g)]).toHaveLength(rows);
    expect(Buffer.byteLength(page)).toBeLessThan(maxBytes);
  });

  it('tells who made room, for whom and where they come back from, and says nothing where nobody had to', () => {
    const many = Array.from({ length: 7 }, (_, index) => `payments/job-${index}`);
    const preempted = [
      samplePreempted({ makesRoomFor: many }),
      samplePreempted({
        name: 'daily',
        outcome: 'left',
        savepoint: null,
        seconds: null,
        code: 'NotPreemptible',
        message: 'it is no P3 any more',
      }),
    ];
    const page = renderReportHtml(assembleReport(sampleInput({ jobs: [sampleJob()], preempted })));
    tagsOf(page);
    const [, section = ''] = /<section id="preempted">(.*?)<\/section>/s.exec(page)!;
    expect(textOf(section)).toMatch(/reports\/ hourly in az-b made room 12 s payments\/job-0, .*job-4 and 2 more/);
    expect(section).toContain('savepoint-0a1b2c-5d6e7f');
    expect(textOf(section)).toMatch(
      /daily in az-b not touched – payments\/orders NotPreemptible: it is no P3 any more/,
    );
    expect(renderReportHtml(sampleFleet({ jobs: 4 }))).not.toContain('id="preempted"');
  });

  it('stays bounded when everything fails, each for its own reason', () => {
    const jobs = Array.from({ length: 10_000 }, (_, index) =>
      sampleJob({
        name: `job-${index}`,
        outcome: 'failed',
        rtoSeconds: null,
        code: 'unknown',
        message: `reason ${index} ${'x'.repeat(200)}`,
      }),
    );
    const page = renderReportHtml(assembleReport(sampleInput({ jobs })));
    expect(Buffer.byteLength(page)).toBeLessThan(2_000_000);
    expect(textOf(page)).toContain('9,800 jobs more, each for another reason');
    expect(textOf(page)).toContain('the first 1,000 jobs that failed or were left');
  });

  it('needs neither a script nor the network', () => {
    const page = renderReportHtml(sampleFleet({ jobs: 100, failed: 3 }));
    expect(page).not.toMatch(/<(script|link|img|iframe|object|embed|form|base)\b/i);
    expect(page).not.toMatch(/\b(src|srcset|on\w+)=/i);
    expect(page).not.toMatch(/url\(|@import/);
    for (const [, target] of page.matchAll(/href="([^"]*)"/g))
      expect(target).toMatch(/^(#about|report\.json|evidence\/)/);
  });

  it('says in words and signs what its colours say', () => {
    const page = renderReportHtml(sampleFleet({ jobs: 40, failed: 3, left: 2 }));
    for (const svg of page.match(/<svg role="img".*?<\/svg>/gs)!) {
      expect(svg).toMatch(/<title id="t-P\d">[^<]+<\/title>\s*<desc id="d-P\d">[^<]+<\/desc>/);
    }
    expect(page).toContain('✕ failed</text>');
    expect(page).toContain('– left</text>');
    expect(textOf(page)).toMatch(/✕ failed .*– left .*✓ running/);
  });

  it('marks jobs that ran again only after the budget', () => {
    const page = renderReportHtml(assembleReport(sampleInput({ jobs: [sampleJob({ rtoSeconds: 601 })] })));
    expect(textOf(page)).toContain('10 m 1 s over');
  });

  it('never says of a dry run that a job runs', () => {
    const page = textOf(renderReportHtml(assembleReport(sampleInput({ dryRun: true, jobs: [sampleJob()] }))));
    expect(page).toContain('✓ would run');
    expect(page).not.toMatch(/✓ running|jobs? running|: running|Timeline/);
  });

  it('survives a report without jobs', () => {
    const page = renderReportHtml(assembleReport(sampleInput()));
    tagsOf(page);
    expect(textOf(page)).toContain('No job of az-a had to move.');
  });

  it.each([
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    '</style><script>alert(1)</script>',
    '</title></svg><script>alert(1)</script>',
    'javascript:alert(1)',
    'https://example.com/x',
    '<!-- ',
    ']]>&lt;script&gt;',
    'evidence/../../etc/passwd',
  ])('shows %j as text wherever it comes from outside', (hostile) => {
    const page = pageSaying(hostile);
    expect(tagsOf(page)).toEqual(tagsOf(pageSaying('plain')));
    expect(page).not.toMatch(/<script|<img|href="(?!#about|report\.json)/i);
  });

  it('escapes zones too', () => {
    const page = renderReportHtml(
      assembleReport(sampleInput({ zone: '<b onclick="x">', to: ['<i>-x'], jobs: [sampleJob()] })),
    );
    tagsOf(page);
    expect(page).not.toMatch(/<b onclick|<i>/);
  });

  it('is not changed in its structure by any text', () => {
    const plain = tagsOf(pageSaying('plain'));
    fc.assert(
      fc.property(hostileText, (text) => {
        fc.pre(text !== '' && !text.startsWith('evidence/'));
        expect(tagsOf(pageSaying(text))).toEqual(plain);
      }),
      { numRuns: 50 },
    );
  });

  it('is well formed for every fleet', () => {
    fc.assert(
      fc.property(arbitraryJobs, fc.boolean(), (jobs, dryRun) => {
        const page = renderReportHtml(assembleReport(sampleInput({ jobs, dryRun })));
        tagsOf(page);
        expect(page).not.toMatch(/NaN|undefined|Infinity/);
      }),
      { numRuns: 30 },
    );
  });
});
