/**
 * Why a job does not come up, on real Flink and real Kubernetes: each cause is known within a minute of the start, in
 * its own words, while the job may still be given time.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { defaultPayloadConverter } from '@temporalio/common';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readReport } from '../../cli/read-report.ts';
import { labKill } from '../../lab/commands/kill.ts';
import { sampleJobs, type SampleJob } from '../../lab/jobs/sample-jobs.ts';
import type { RecoveryPointManifest } from '../../model/recovery/manifest.ts';
import type { JobReport } from '../../model/report/schema.ts';
import { followEscape, protectZone, requestEscape } from '../../client/client.ts';
import { freshLab, type LabFixture } from '../lab/fixture.ts';
import { manifestsOf, spoilLargestFile } from '../lab/recovery-points.ts';
import { addFigures } from './figures.ts';

const [onS3, shipped, ofP2, ofP3] = sampleJobs.map((job) =>
  job.tier === 'P0' ? ({ ...job, name: 'orders-p1', tier: 'P1', readsRole: false } as const) : job,
) as [SampleJob, SampleJob, SampleJob, SampleJob];
const jobs = [onS3, shipped, ofP2, ofP3];
const say = (line: string) => process.stderr.write(`${line}\n`);
const toldWithinSeconds = 60;

let lab: LabFixture;
beforeAll(async () => {
  lab = await freshLab(jobs, (document) => {
    // A plan that sees no room would leave the job: here its pods are to find that out.
    document.zones['az-b'].kubernetes.autoscaled = true;
    document.tiers = { P3: { startDeadline: '90s' } };
  });
}, 480_000);
afterAll(() => lab?.close(), 120_000);

test('damage, a missing image and a lack of room are told apart within a minute each', async (context) => {
  const { summary } = await protectZone(lab.client, lab.config, { zone: 'az-a' }, () => {});
  expect(summary).toMatchObject({ protected: 4, problems: [] });
  const newest = async (job: SampleJob) => (await manifestsOf(lab, job))[0]!;
  await spoilMetadata(onS3, await newest(onS3));
  await spoilLargestFile(lab, shipped, await newest(shipped));
  const peer = lab.world.cluster('az-b');
  await peer.patchDeployment(ofP2, { spec: { image: 'docker.io/az-escape-lab/none:1' } });
  await peer.patchDeployment(ofP3, { spec: { taskManager: { resource: { cpu: 500 } } } });

  await labKill({ zone: 'az-a' }, say);
  const asked = await requestEscape(lab.client, lab.config, {
    zone: 'az-a',
    incident: 'INC-1',
    by: 'test',
    via: 'api',
  });
  const told = new Map<string, number>();
  const watching = watchTrouble(told);
  const end = await followEscape(lab.client, asked, () => {});
  watching.stop.abort();
  await watching.ended;
  const { report } = await readReport(lab.config, 'az-a', end.reportKey);

  for (const [job, diagnosis] of [
    [onS3, 'snapshot-metadata-corrupt'],
    [shipped, 'snapshot-data-corrupt'],
    [ofP2, 'image-pull'],
    [ofP3, 'unschedulable'],
  ] as const) {
    const line = report.jobs.find(({ name }) => name === job.name)!;
    say(`${job.name}  ${line.diagnosis}, told after ${secondsToTell(line, told)} s: ${line.message}`);
    addFigures(context, { [`${diagnosis}: told after seconds`]: secondsToTell(line, told) });
    expect.soft(line, job.name).toMatchObject({ outcome: 'failed', diagnosis });
    expect.soft(secondsToTell(line, told), job.name).toBeLessThanOrEqual(toldWithinSeconds);
  }
}, 420_000);

/** When its heartbeat first told the cause, or when it was given up. */
function secondsToTell(line: JobReport, told: Map<string, number>): number {
  return told.get(line.diagnosis ?? '') ?? line.steps.find(({ name }) => name === 'restore')!.seconds;
}

/** Reads what the pending activities tell, as the Temporal UI shows it. */
function watchTrouble(seen: Map<string, number>): { stop: AbortController; ended: Promise<void> } {
  const stop = new AbortController();
  const look = async () => {
    const batches = lab.client.workflow.list({ query: 'WorkflowType = "escapeBatch"' });
    for await (const { workflowId } of batches) {
      const { raw } = await lab.client.workflow.getHandle(workflowId).describe();
      for (const { heartbeatDetails, scheduledTime, lastStartedTime } of raw.pendingActivities ?? []) {
        const [payload] = heartbeatDetails?.payloads ?? [];
        // A beat that tells nothing has a payload all the same, which stands for `undefined`.
        const told = payload && defaultPayloadConverter.fromPayload<{ trouble?: string } | undefined>(payload);
        const code = told?.trouble?.split(':')[0];
        const since = Number((lastStartedTime ?? scheduledTime)?.seconds ?? NaN);
        if (code && !seen.has(code)) seen.set(code, Math.round(Date.now() / 1000 - since));
      }
    }
  };
  const loop = async () => {
    while (!stop.signal.aborted) {
      await look();
      await sleep(1_000, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  };
  return { stop, ended: loop() };
}

/** As many other bytes in place of `_metadata`. */
async function spoilMetadata(job: SampleJob, manifest: RecoveryPointManifest): Promise<void> {
  const { key, sizeBytes } = manifest.files.find((file) => file.key.endsWith('/_metadata'))!;
  await lab.world.store('az-b', job.store).put(key, new Uint8Array(sizeBytes).fill(7));
}
