/**
 * Both modes of protection on both kinds of store, with real Flink: az-a loses power and all that its stores held, and
 * each job goes on from what lies in az-b. One recovery point there is spoilt in a way that only Flink can see.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkJob } from '../../cli/demo/checks.ts';
import { SequenceLog } from '../../cli/demo/sequence-log.ts';
import { waitForState } from '../../cli/demo/wait-for-state.ts';
import { readReport } from '../../cli/read-report.ts';
import { labKill } from '../../lab/commands/kill.ts';
import { sampleJobs, type SampleJob } from '../../lab/jobs/sample-jobs.ts';
import { protectZone, followEscape, requestEscape } from '../../client/client.ts';
import { freshLab, type LabFixture } from '../lab/fixture.ts';
import { manifestsOf, spoilLargestFile } from '../lab/recovery-points.ts';
import { addFigures } from './figures.ts';

/** The twin is an ordinary job here: it is to be restored from its savepoint. */
const jobs: readonly SampleJob[] = sampleJobs.map((job) =>
  job.tier === 'P0' ? { ...job, name: 'orders-p1', tier: 'P1', readsRole: false } : job,
);
const spoilt = jobs.find(({ mode, store }) => mode === 'savepoint' && store === 'hdfs')!;
const say = (line: string) => process.stderr.write(`${line}\n`);

let lab: LabFixture;
let log: SequenceLog;
beforeAll(async () => {
  lab = await freshLab(jobs);
  log = new SequenceLog('az-a', jobs);
  await waitForState('az-a', jobs, log);
}, 480_000);
afterAll(async () => {
  await log?.stop();
  await lab?.close();
}, 120_000);

test('every job goes on in az-b without anything of az-a, one of them from an older recovery point', async (context) => {
  expect(new Set(jobs.map(({ mode, store }) => `${mode} ${store}`)).size).toBe(4);
  for (const round of ['first', 'second']) {
    const { summary } = await protectZone(lab.client, lab.config, { zone: 'az-a' }, () => {});
    expect(summary, `${round} round`).toMatchObject({ protected: 4, problems: [] });
  }
  const points = await manifestsOf(lab, spoilt);
  await spoilLargestFile(lab, spoilt, points[0]!);

  await log.stop();
  await labKill({ zone: 'az-a', storage: true }, say);
  const asked = await requestEscape(lab.client, lab.config, { zone: 'az-a', incident: 'fire', by: 'test', via: 'api' });
  const summary = await followEscape(lab.client, asked, () => {});
  const { report } = await readReport(lab.config, 'az-a', summary.reportKey);

  expect(report.jobs.filter(({ outcome }) => outcome !== 'running')).toEqual([]);
  for (const job of jobs) {
    const line = report.jobs.find(({ name }) => name === job.name)!;
    const [newest, older] = await manifestsOf(lab, job);
    const asExpected = job === spoilt ? older! : newest!;
    expect(line, job.name).toMatchObject({ recoveryPoint: asExpected.id, restoredPath: asExpected.restorePath });
    const counted = log.countedAt(job.name, report, Date.parse(report.startedAt));
    const check = await checkJob('az-b', job, counted, report);
    say(`${job.name}  ${job.mode} on ${job.store}: runs again in ${line.rtoSeconds} s, violations ${check.violations}`);
    addFigures(context, { [`${job.mode} on ${job.store}: rtoSeconds`]: line.rtoSeconds });
    expect(check).toMatchObject({ violations: 0, ok: true, why: '' });
  }
  const line = report.jobs.find(({ name }) => name === spoilt.name)!;
  expect(line.evidence.join()).toMatch(/start 2, from an older recovery point, after snapshot-data-corrupt/);
}, 420_000);
