/** Programs read report.json: its fields are named here a second time, so that none goes or is renamed by accident. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { assembleReport } from '../../../model/report/assemble.ts';
import { reportSchema, stepNames } from '../../../model/report/schema.ts';
import { productVersion } from '../../../model/version.ts';
import { sampleInput, sampleJob, samplePreempted } from '../../builders/report.ts';

const words = (text: string): string[] => text.trim().split(/\s+/);

const report = assembleReport(
  sampleInput({ jobs: [sampleJob(), sampleJob({ name: 'bare', tier: null, wave: null, to: null, epoch: null })] }),
);

test('report.json has the fields of schema 2', () => {
  const fields = `schema kind id zone to clusters incident dryRun productVersion trigger startedAt finishedAt decidedAt
    planAgeSeconds budgetSeconds outcome warnings fence preempted operators totals tiers jobs`;
  expect(Object.keys(report).toSorted()).toEqual(words(fields).toSorted());
  expect(Object.keys(reportSchema.shape).toSorted()).toEqual(words(fields).toSorted());
  expect(report).toMatchObject({ schema: 2, productVersion });
  expect(Object.keys(report.totals)).toEqual(words('running left failed rolledBack proven'));
  expect(Object.keys(report.tiers['P1']!)).toEqual(words('jobs running rtoSecondsP50 rtoSecondsMax rpoSecondsMax'));
});

test('each job has all of its fields, whatever is known of it', () => {
  const fields = `namespace name tier cluster wave outcome code message from to epoch store recoveryPoint restoredPath
    stateAt rpoSeconds rtoSeconds downtimeSeconds artifacts attempts oldCopy overlapSeconds steps evidence`;
  for (const job of report.jobs) expect(Object.keys(job).toSorted()).toEqual(words(fields).toSorted());
  const optional = ['diagnosis'];
  const inSchema = Object.keys(reportSchema.shape.jobs.element.shape);
  expect(inSchema.toSorted()).toEqual([...words(fields), ...optional].toSorted());
});

test('what made room has a code and a message, too', () => {
  const fields = words('namespace name zone outcome code message savepoint seconds makesRoomFor');
  expect(Object.keys(samplePreempted()).toSorted()).toEqual(fields.toSorted());
  expect(Object.keys(reportSchema.shape.preempted.element.shape).toSorted()).toEqual(fields.toSorted());
});

test('steps have the names of one table', () => {
  const names = 'check claim schedule image artifacts jvm jobmanager register slots restore verify promote';
  expect(Object.keys(stepNames)).toEqual(words(names));
});

test('the version of the product is that of its package', () => {
  const manifest = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as object;
  expect(manifest).toMatchObject({ version: productVersion });
});
