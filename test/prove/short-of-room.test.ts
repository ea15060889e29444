/**
 * az-a is lost and az-b is all but full, with real Flink, the real scheduler and a real kubelet: reserved room is given
 * up for P1, one of two P3 jobs of az-b makes room for P2, and a P3 of az-a stays behind. Simulated jobs with pods of
 * theirs escape beside them.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkJob, observeUntil } from '../../cli/demo/checks.ts';
import { SequenceLog } from '../../cli/demo/sequence-log.ts';
import { waitForState } from '../../cli/demo/wait-for-state.ts';
import { readReport } from '../../cli/read-report.ts';
import { fleetUp } from '../../lab/commands/fleet.ts';
import { labKill } from '../../lab/commands/kill.ts';
import { fleetJobs, fleetNamespace } from '../../lab/fleet/fleet-jobs.ts';
import { sampleJobs, type SampleJob } from '../../lab/jobs/sample-jobs.ts';
import { imageName } from '../../lab/toolchain/image.ts';
import { annotations, labels } from '../../model/job/marks.ts';
import type { Report } from '../../model/report/schema.ts';
import { followEscape, protectZone, requestEscape } from '../../client/client.ts';
import type { GiveBackSummary } from '../../workflows/give-back/give-back.ts';
import { until } from '../integration/servers/process.ts';
import { azEscape, freshLab, type LabFixture } from '../lab/fixture.ts';
import { ZoneEyes } from '../lab/zone-eyes.ts';

const jobs = sampleJobs.filter(({ tier }) => tier !== 'P0');
const [ofP1, ofP2, ofP3] = jobs as [SampleJob, SampleJob, SampleJob];
/** Of az-b: the lighter one is to make room. */
const light: SampleJob = { ...ofP3, name: 'hourly-p3' };
const heavy: SampleJob = { ...ofP3, name: 'daily-p3', store: 's3' };
/** Room for the two pods of P1, each of 200 millicores, and for nobody else. */
const freeMillis = 450;
const simulated = fleetJobs(20);
const podsEach = 3;
const reserveNamespace = 'az-escape';

let lab: LabFixture;
let home: SequenceLog;
let peer: SequenceLog;
let eyes: ZoneEyes;
let report: Report;
/** What the one that makes room had counted before it was told to. */
let counted: number;
const say = (line: string) => process.stderr.write(`${line}\n`);

beforeAll(async () => {
  const reserve = (document: { zones: Record<string, { kubernetes: Record<string, unknown> }> }) => {
    document.zones['az-b']!.kubernetes['placeholders'] = { image: imageName };
  };
  lab = await freshLab(jobs, reserve, [light, heavy]);
  eyes = new ZoneEyes('az-b');
  home = new SequenceLog('az-a', jobs);
  peer = new SequenceLog('az-b', [light, heavy]);
  await lab.world.cluster('az-b').patchDeployment(heavy, { metadata: { annotations: { [annotations.weight]: '5' } } });
  await Promise.all([waitForState('az-a', jobs, home), waitForState('az-b', [light, heavy], peer)]);
  await eyes.leaveFree(freeMillis);
}, 480_000);
afterAll(async () => {
  await home?.stop();
  await peer?.stop();
  await eyes?.close();
  await lab?.close();
}, 120_000);

/** Placeholders that run, by the kind of node that they keep. */
async function reserved(): Promise<{ real: number; simulated: number }> {
  const pods = await eyes.pods(reserveNamespace, labels.placeholder);
  const running = pods.filter(({ status }) => status.phase === 'Running');
  const real = running.filter(({ spec }) => spec.nodeName?.startsWith('node-')).length;
  return { real, simulated: running.length - real };
}

test('rounds of protection keep as much room as the P1 jobs need, on the nodes that they need it on', async () => {
  // A round on a busy machine may have jobs that fail; those to come do not change the room.
  await until(async () => {
    const { summary, progress } = await protectZone(lab.client, lab.config, { zone: 'az-a' }, () => {});
    for (const { name, sentence } of progress?.results ?? []) if (sentence) say(`${name}  ${sentence}`);
    expect(summary.reserve).toEqual({ zone: 'az-b', pods: 2, trouble: '' });
    return summary.protected === jobs.length;
  }, 120_000);
  await until(async () => (await reserved()).real === 2, 60_000);

  await fleetUp({ jobs: simulated.length, pods: podsEach, seed: 1, speed: 4, faults: 0 }, say);
  const { summary } = await protectZone(
    lab.client,
    lab.config,
    { zone: 'az-a', jobs: ['default/payments-p1'] },
    () => {},
  );
  const ofFleet = simulated.filter(({ tier }) => tier === 'P1').length * podsEach;
  expect(summary.reserve).toEqual({ zone: 'az-b', pods: 2 + ofFleet, trouble: '' });
  await until(async () => (await reserved()).simulated === ofFleet, 60_000);
  expect(await reserved()).toEqual({ real: 2, simulated: ofFleet });
});

test('P1 takes what was reserved, P2 what the lighter P3 of az-b gives, and a P3 finds no room', async () => {
  const before = await eyes.pods(heavy.namespace, `app=${heavy.name}`);
  await home.stop();
  await labKill({ zone: 'az-a' }, say);
  counted = peer.newest(light.name);
  const asked = await requestEscape(lab.client, lab.config, { zone: 'az-a', incident: 'full', by: 'test', via: 'api' });
  const summary = await followEscape(lab.client, asked, () => {});
  ({ report } = await readReport(lab.config, 'az-a', summary.reportKey));
  for (const { name, outcome, rtoSeconds, code, message } of report.jobs.filter(
    ({ namespace }) => namespace === 'default',
  ))
    say(`${name}  ${outcome} ${rtoSeconds ?? ''} ${code}: ${message}`);
  say(JSON.stringify(report.preempted));

  expect(report.preempted).toMatchObject([
    { name: light.name, zone: 'az-b', outcome: 'suspended', code: 'MadeRoom', makesRoomFor: [`default/${ofP2.name}`] },
  ]);
  const left = report.jobs.filter(({ outcome }) => outcome !== 'running');
  expect(left).toMatchObject([
    { name: ofP3.name, outcome: 'left', code: 'NoRoom', message: expect.stringContaining('node-az-b') },
  ]);
  for (const job of [ofP1, ofP2]) {
    const then = home.countedAt(job.name, report, Date.parse(report.startedAt));
    expect(await checkJob('az-b', job, then, report), job.name).toMatchObject({ violations: 0, ok: true, why: '' });
  }

  const pods = await eyes.pods('default');
  const placed = (job: SampleJob) => pods.filter(({ metadata }) => metadata.labels?.['app'] === job.name);
  expect(placed(ofP1).map(({ status }) => status.phase)).toEqual(['Running', 'Running']);
  expect(placed(light)).toEqual([]);
  expect(
    placed(heavy)
      .map(({ metadata }) => metadata.uid)
      .toSorted(),
  ).toEqual(before.map(({ metadata }) => metadata.uid).toSorted());
  // Whoever made room was ended in order, by no scheduler.
  expect((await eyes.podEvents('default')).filter(({ reason }) => reason === 'Preempted')).toEqual([]);
  expect(await reserved()).toEqual({ real: 0, simulated: 0 });
}, 420_000);

test('every simulated job escaped in the same waves, with all of its pods', async () => {
  const lines = report.jobs.filter(({ namespace }) => namespace === fleetNamespace);
  expect(Object.fromEntries(lines.map(({ name, outcome }) => [name, outcome]))).toEqual(
    Object.fromEntries(simulated.map(({ name }) => [name, 'running'])),
  );
  const pods = await eyes.pods(fleetNamespace);
  const running = pods.filter(
    ({ spec, status }) => status.phase === 'Running' && spec.nodeName?.startsWith('simulated-'),
  );
  expect(running).toHaveLength(simulated.length * podsEach);
});

test('give-back leaves the P3 while there is no room, and then starts it from the savepoint of the report', async () => {
  const none = await azEscape(lab.configFile, 'give-back', 'az-b', '--json');
  expect(none.code).toBe(1);
  expect((JSON.parse(none.out) as GiveBackSummary).jobs).toMatchObject([
    { name: light.name, outcome: 'left', code: 'NoRoom' },
  ]);

  await eyes.giveRoom();
  const given = await azEscape(lab.configFile, 'give-back', 'az-b', '--json');
  expect(given.err + given.out).not.toContain('failed');
  const savepoint = report.preempted[0]!.savepoint!;
  expect(JSON.parse(given.out)).toMatchObject({ jobs: [{ name: light.name, outcome: 'running', savepoint }] });
  expect(given.code).toBe(0);
  const seen = await observeUntil(
    'az-b',
    light,
    ({ lastSequence, restoredSequence }) => lastSequence > restoredSequence,
  );
  expect(seen).toMatchObject({ violations: 0, role: 'active' });
  expect(counted).toBeGreaterThan(0);
  expect(seen!.restoredSequence).toBeGreaterThanOrEqual(counted);
});
