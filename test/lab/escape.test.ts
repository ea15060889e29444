/**
 * The main job on the real lab, in one story: protect, everything that a user can get wrong, then az-a loses power and
 * its jobs escape although the worker is killed in the middle. The tests build on each other and run in this order.
 */
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { checkJob, observeUntil } from '../../cli/demo/checks.ts';
import { SequenceLog } from '../../cli/demo/sequence-log.ts';
import { waitForState } from '../../cli/demo/wait-for-state.ts';
import { readReport } from '../../cli/read-report.ts';
import { labKill } from '../../lab/commands/kill.ts';
import { labRestore } from '../../lab/commands/restore.ts';
import { sampleJobs } from '../../lab/jobs/sample-jobs.ts';
import { labZone } from '../../lab/layout.ts';
import { markTraffic, trafficSinceMark } from '../../lab/zones/traffic.ts';
import { annotations, labels } from '../../model/job/marks.ts';
import { storeKeys } from '../../model/store-location.ts';
import { readManifest, recoveryPointIds } from '../../jobs/recovery-points/recovery-points.ts';
import { followEscape, protectZone, requestEscape } from '../../client/client.ts';
import type { EscapeProgress } from '../../model/move/progress.ts';
import { azEscape, freshLab, writeVariant, type LabFixture } from './fixture.ts';
import { spoilLargestFile } from './recovery-points.ts';

let lab: LabFixture;
let log: SequenceLog;
const say = (line: string) => process.stderr.write(`${line}\n`);
const byName = (name: string) => sampleJobs.find((job) => job.name === name)!;

beforeAll(async () => {
  lab = await freshLab();
  log = new SequenceLog('az-a', sampleJobs);
  await waitForState('az-a', sampleJobs, log);
}, 480_000);
afterAll(async () => {
  await log?.stop();
  await lab?.close();
}, 120_000);

async function newestManifest(name: string) {
  const job = byName(name);
  const store = lab.world.store('az-b', job.store);
  const [id] = await recoveryPointIds(store, job);
  const read = await readManifest(store, storeKeys.recoveryPointKey(job, id!));
  if (!read.ok) throw new Error(read.why);
  return { store, manifest: read.manifest };
}

describe('before anything is protected', () => {
  test('every endpoint of the configuration answers', async () => {
    const result = await azEscape(lab.configFile, 'config', 'check', '--json');
    const { ok, endpoints } = JSON.parse(result.out) as { ok: boolean; endpoints: { endpoint: string; ok: boolean }[] };
    expect(endpoints.filter((endpoint) => !endpoint.ok)).toEqual([]);
    expect([ok, endpoints.length, result.code]).toEqual([true, 7, 0]);
  });

  test('wrong credentials of a store are named by config check, without the secret', async () => {
    const document = parse(await readFile(lab.configFile, 'utf8'));
    document.zones['az-b'].stores.s3.secretAccessKey = { env: 'PATH' };
    const result = await azEscape(await writeVariant(document), 'config', 'check');
    expect(result.code).toBe(1);
    expect(result.out).toMatch(/az-b store s3\s+no\s+.*(credential|signature|key|denied|Unauthorized)/i);
    expect(result.out).not.toContain(process.env['PATH']!);
  });

  test('five mistakes in the file are named together, with their lines', async () => {
    const document = parse(await readFile(lab.configFile, 'utf8'));
    document.zones['az-a'].peer = 'az-a';
    document.zones['az-b'].peer = 'az-z';
    document.zones['az-b'].stores.s3.secretAccessKey = 'plain';
    document.escape = { budget: 'soon' };
    document.colour = 'blue';
    const result = await azEscape(await writeVariant(document), 'escape', 'az-a');
    expect(result.code).toBe(1);
    for (const place of [
      'zones.az-a.peer',
      'zones.az-b.peer',
      'zones.az-b.stores.s3.secretAccessKey',
      'escape.budget',
      'colour',
    ]) {
      expect(result.err).toMatch(new RegExp(`line \\d+: ${place.replaceAll('.', '\\.')} `));
    }
    expect(result.err).toContain('5 problems');
    expect(result.err).not.toContain('plain"');
  });

  test('an unknown zone is refused at once', async () => {
    const result = await azEscape(lab.configFile, 'escape', 'az-q');
    expect(result.code).toBe(1);
    expect(result.err).toContain('UnknownZone: "az-q" is no zone of the configuration; zones are az-a, az-b');
  });

  test('an escape with nothing protected says so', async () => {
    const result = await azEscape(lab.configFile, 'escape', 'az-a', '--incident', 'too-early');
    expect(result.code).toBe(1);
    expect(result.err).toContain('NothingProtected');
  });

  test('the form of the Temporal UI gets the same checks', async () => {
    const handle = await lab.client.workflow.start('escapeZone', {
      workflowId: 'from-the-form',
      taskQueue: lab.config.temporal.taskQueue,
      args: [{ zone: 'az-a', tires: ['P0'] }],
    });
    await expect(handle.result()).rejects.toMatchObject({
      cause: { message: expect.stringContaining('"tires" is not a field') },
    });
  });
});

describe('protection', () => {
  test('a FlinkDeployment without tier is refused, the others are protected', async () => {
    const job = { namespace: 'default', name: 'untiered' };
    const template = (await lab.world.cluster('az-a').getDeployment(byName('reports-p3')))!;
    const { tier: _, ...spec } = template.spec;
    await lab.world.cluster('az-a').applyDeployment({
      apiVersion: 'flink.apache.org/v1beta1',
      kind: 'FlinkDeployment',
      metadata: job,
      // A start would cost twelve CPU seconds and prove nothing: the operator may not get as far as that.
      spec: { ...spec, image: 'docker.io/az-escape-lab/none:1' },
    });
    const { summary, progress } = await protectZone(lab.client, lab.config, { zone: 'az-a' }, () => {});
    await lab.world.cluster('az-a').deleteDeployment(job, { deadlineMs: 60_000 });
    const refused = progress!.results.filter((result) => result.outcome !== 'protected');
    expect(refused.map(({ name, code }) => [name, code])).toEqual([['untiered', 'NoTier']]);
    expect(refused[0]!.sentence).toContain('default/untiered in az-a has no label az-escape.io/tier');
    expect(summary).toMatchObject({ protected: 4, failed: 0, refused: 1 });
  });

  test('each job has a suspended standby in the peer zone, P0 a running twin', async () => {
    for (const job of sampleJobs) {
      const there = await lab.world.cluster('az-b').getDeployment(job);
      expect(there?.metadata.labels).toMatchObject({
        [labels.tier]: job.tier,
        [labels.role]: job.tier === 'P0' ? 'twin' : 'standby',
      });
      expect(there?.metadata.annotations).toMatchObject({ [annotations.activeZone]: 'az-a', [annotations.epoch]: '1' });
      expect(there?.spec.job?.state).toBe(job.tier === 'P0' ? 'running' : 'suspended');
    }
    const twin = await observeUntil('az-b', byName('orders-p0'), ({ silenced }) => silenced > 0);
    expect(twin).toMatchObject({ role: 'twin', violations: 0, emitted: 0 });
  });

  test('a store that is down costs the job no savepoint', async () => {
    await labKill({ zone: 'az-b', fault: 'partition' }, say);
    const { progress } = await protectZone(
      lab.client,
      lab.config,
      { zone: 'az-a', jobs: ['default/payments-p1'] },
      () => {},
    );
    const refusedEscape = await azEscape(lab.configFile, 'escape', 'az-a', '--incident', 'peer-down');
    await labRestore({ zone: 'az-b' }, say);
    expect(progress!.results).toMatchObject([{ name: 'payments-p1', outcome: 'failed', code: 'StoreDown' }]);
    expect(refusedEscape.code).toBe(1);
    expect(refusedEscape.err).toMatch(/PeerDown: az-b cannot take the jobs of az-a/);
    const standby = await lab.world.cluster('az-b').getDeployment(byName('payments-p1'));
    expect(standby?.spec.job?.state).toBe('suspended');
  });
});

describe('a dry run', () => {
  test('checks every recovery point and changes nothing', async () => {
    const result = await azEscape(lab.configFile, 'escape', 'az-a', '--incident', 'rehearsal', '--dry-run');
    expect(result.err + result.out).not.toContain('failed:');
    expect(result.code).toBe(0);
    for (const job of sampleJobs) {
      const there = await lab.world.cluster('az-b').getDeployment(job);
      expect(there?.metadata.labels?.[labels.role]).not.toBe('active');
    }
  });

  test('finds a missing file and a truncated _metadata, and names them', async () => {
    const missing = await newestManifest('payments-p1');
    const lost = missing.manifest.files.find(({ key }) => !key.endsWith('/_metadata'))!;
    await missing.store.delete(lost.key);
    const cut = await newestManifest('clicks-p2');
    const metadata = cut.manifest.files.find(({ key }) => key.endsWith('/_metadata'))!;
    const bytes = await cut.store.read(metadata.key, { maxBytes: 1 << 26 });
    await cut.store.put(metadata.key, bytes!.subarray(0, bytes!.length >> 1));

    const asked = await requestEscape(lab.client, lab.config, { zone: 'az-a', incident: 'damaged', dryRun: true });
    const summary = await followEscape(lab.client, asked, () => {});
    const { report } = await readReport(lab.config, 'az-a', summary.reportKey);
    const lineOf = (name: string) => report.jobs.find((job) => job.name === name)!;
    expect(lineOf('payments-p1')).toMatchObject({
      outcome: 'failed',
      code: 'NoRecoveryPoint',
    });
    expect(lineOf('payments-p1').message).toContain('misses a file in ');
    expect(lineOf('payments-p1').message).toContain(lost.key);
    expect(lineOf('clicks-p2').message).toMatch(/recovery point .* has \d+ of \d+ bytes of a file in .*_metadata/);
    expect(lineOf('reports-p3')).toMatchObject({ outcome: 'running', rtoSeconds: null });
  });

  test('a new round of protection mends both', async () => {
    const jobs = ['default/payments-p1', 'default/clicks-p2'];
    const { summary } = await protectZone(lab.client, lab.config, { zone: 'az-a', jobs }, () => {});
    expect(summary).toMatchObject({ protected: 2, problems: [] });
  });
});

describe('az-a loses power', () => {
  test('its jobs run again in az-b, though the worker is killed in the middle, and az-a is left alone', async () => {
    await spoilLargestFile(lab, byName('reports-p3'), (await newestManifest('reports-p3')).manifest);
    await log.stop();
    await labKill({ zone: 'az-a' }, say);
    await markTraffic(labZone('az-a'));
    const asked = await requestEscape(lab.client, lab.config, {
      zone: 'az-a',
      incident: 'power-cut',
      by: 'test',
      via: 'api',
    });
    expect(asked.verdict).toMatchObject({ accepted: true, workflowId: 'escape-active/az-a' });
    const other = await requestEscape(lab.client, lab.config, { zone: 'az-a', incident: 'somebody-else' });
    expect(other.verdict).toMatchObject({ accepted: false });
    expect(other.verdict.sentence).toContain('already being escaped');

    let last: EscapeProgress | undefined;
    const following = followEscape(lab.client, asked, (progress) => (last = progress));
    await untilStarted(() => last);
    await lab.worker.kill();
    await lab.startWorker();
    const summary = await following;
    const { report } = await readReport(lab.config, 'az-a', summary.reportKey);
    say(
      JSON.stringify(
        report.jobs.map(({ name, outcome, rtoSeconds, rpoSeconds, code, message }) => ({
          name,
          outcome,
          rtoSeconds,
          rpoSeconds,
          code,
          message,
        })),
      ),
    );

    expect(report.totals).toMatchObject({ running: 3, left: 0, failed: 1 });
    expect(report.fence.outcome).toBe('unreachable');
    const spoilt = report.jobs.find(({ name }) => name === 'reports-p3')!;
    expect(spoilt).toMatchObject({
      outcome: 'failed',
      code: 'snapshot-data-corrupt',
      message: expect.stringContaining('RocksDB'),
    });
    for (const job of sampleJobs.filter(({ name }) => name !== 'reports-p3')) {
      const line = report.jobs.find(({ name }) => name === job.name)!;
      expect(line).toMatchObject({ outcome: 'running', epoch: 2, from: 'az-a', to: 'az-b' });
      const { manifest } = await newestManifest(job.name);
      if (job.tier !== 'P0') expect(line.restoredPath).toBe(manifest.restorePath);
      expect(
        await checkJob('az-b', job, log.countedAt(job.name, report, Date.parse(report.startedAt)), report),
      ).toMatchObject({
        violations: 0,
        ok: true,
        why: '',
      });
    }

    const asks = (await trafficSinceMark(labZone('az-a'))).filter(({ connections }) => connections > 0);
    const zone = labZone('az-a');
    expect(asks.filter(({ from, to, port }) => !(from === zone.gateway && to === zone.ip && port === 6443))).toEqual(
      [],
    );
    // The fencing attempt: one LIST, which a client may try on more than one connection.
    expect(asks.reduce((sum, { connections }) => sum + connections, 0)).toBeLessThanOrEqual(4);
  }, 420_000);

  test('the same incident again is the same escape', async () => {
    const again = await requestEscape(lab.client, lab.config, { zone: 'az-a', incident: 'power-cut' });
    expect(again.verdict).toMatchObject({ accepted: true, workflowId: 'escape-active/az-a' });
  });

  test('the promoted twin speaks: its sink is no longer silent', async () => {
    const promoted = await observeUntil(
      'az-b',
      byName('orders-p0'),
      ({ role, emitted }) => role === 'active' && emitted > 0,
    );
    expect(promoted).toMatchObject({ role: 'active', violations: 0 });
  });
});

/** Waits until starts were issued and not all jobs run: the middle of an escape. */
async function untilStarted(progress: () => EscapeProgress | undefined): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline) {
    const counts = Object.values(progress()?.tiers ?? {});
    if (counts.some((tier) => tier.started > 0)) return;
    await sleep(100);
  }
  throw new Error('no job was started within a minute');
}
