/** Puts the sample jobs into their home zone and waits until each runs and could be recovered. */
import { setTimeout as sleep } from 'node:timers/promises';
import { jobKey, type JobRef } from '../../model/job/job.ts';
import type { FlinkDeployment } from '../../model/job/flink-deployment.ts';
import { labels } from '../../model/job/marks.ts';
import { cachePaths, type LabZoneName } from '../layout.ts';
import { jdkHome, jdkHostFolders } from '../toolchain/jdk.ts';
import { flinkRest } from './flink-rest.ts';
import { sampleJobManifest } from './manifests.ts';
import { describeSampleJobProgress, readSampleJobProgress, type SampleJobProgress } from './progress.ts';
import { sampleJobs, type SampleJob } from './sample-jobs.ts';
import { labStoreFlinkConfiguration } from './store-settings.ts';
import { sampleZoneClient, type SampleZoneClient } from './zone-client.ts';

const pollMs = 300;

export interface DeployOptions {
  /** Default: all of them. */
  jobs?: readonly SampleJob[];
  /** Settings that differ by zone, as a template; default: the lab's own for the job's store. */
  zoneFlinkConfiguration?: (job: SampleJob) => Record<string, string>;
  /** For all jobs together, from the first apply to the last checkpoint; default four minutes. */
  deadlineMs?: number;
  /** Told of each step of each job. */
  onProgress?: (job: JobRef, progress: SampleJobProgress) => void;
}

/** A sample job that runs. */
export interface DeployedJob {
  job: SampleJob;
  restUrl: string;
  checkpointPath: string;
}

/** The FlinkDeployments of sample jobs for a zone of this machine's lab. */
function labManifests(
  zone: LabZoneName,
  options: Pick<DeployOptions, 'jobs' | 'zoneFlinkConfiguration'> = {},
): FlinkDeployment[] {
  const settings = options.zoneFlinkConfiguration ?? ((job: SampleJob) => labStoreFlinkConfiguration(zone, job.store));
  const hostFolders = { flink: cachePaths.flink, jdk: jdkHostFolders(jdkHome()) };
  return (options.jobs ?? sampleJobs).map((job) =>
    sampleJobManifest(job, { zoneFlinkConfiguration: settings(job), hostFolders }),
  );
}

/**
 * Applies the sample jobs to a zone and waits until each has all tasks running and a completed checkpoint. Jobs that
 * are there already are left as they are, so it may be repeated.
 * @throws when a job is a standby or twin in this zone (then it runs elsewhere, and a second copy would start from
 * nothing), before any is applied; and at the deadline, with how far each job came and what the operator says.
 */
export async function deploySampleJobs(zone: LabZoneName, options: DeployOptions = {}): Promise<DeployedJob[]> {
  const deadline = Date.now() + (options.deadlineMs ?? 240_000);
  const jobs = options.jobs ?? sampleJobs;
  const client = sampleZoneClient(zone);
  for (const job of jobs) refuseSecondCopy(zone, await client.getDeployment(job));
  // One after the other, so that the most important is the first that the operator sees.
  for (const manifest of labManifests(zone, options)) await client.applyDeployment(manifest);
  return await Promise.all(jobs.map((job) => untilRecoverable(client, job, deadline, options.onProgress)));
}

function refuseSecondCopy(zone: LabZoneName, existing: FlinkDeployment | undefined): void {
  const role = existing?.metadata.labels?.[labels.role] ?? 'active';
  if (existing === undefined || (role === 'active' && existing.spec.job?.state !== 'suspended')) return;
  const what = role === 'active' ? 'suspended' : `a ${role}`;
  throw new Error(
    `${jobKey(existing.metadata)} is ${what} in ${zone}, so it was not deployed there: fail it back, or take the lab down.`,
  );
}

async function untilRecoverable(
  client: SampleZoneClient,
  job: SampleJob,
  deadline: number,
  onProgress: DeployOptions['onProgress'],
): Promise<DeployedJob> {
  let said = '';
  let restUrl: string | undefined;
  for (;;) {
    restUrl ??= await client.restUrl(job);
    const progress = await progressAt(restUrl);
    const words = describeSampleJobProgress(progress);
    if (words !== said) onProgress?.(job, progress);
    said = words;
    if (restUrl !== undefined && progress.stage === 'checkpointed') {
      return { job, restUrl, checkpointPath: progress.checkpointPath };
    }
    if (Date.now() > deadline) {
      const error = (await client.getDeployment(job))?.status?.error;
      throw new Error(
        `${jobKey(job)} was not running with a checkpoint in time: it ${words}` +
          (error === undefined ? '.' : `. The operator says: ${error}`),
      );
    }
    await sleep(pollMs);
  }
}

async function progressAt(restUrl: string | undefined): Promise<SampleJobProgress> {
  if (restUrl === undefined) return { stage: 'no-job-manager' };
  // The Service is there seconds before the JobManager listens behind it.
  return await readSampleJobProgress(flinkRest(restUrl)).catch(() => ({ stage: 'no-job-manager' }) as const);
}
