/** Waits until the jobs have state worth keeping: a checkpoint that was begun after each had been seen counting. */
import { setTimeout as sleep } from 'node:timers/promises';
import { flinkRest } from '../../lab/jobs/flink-rest.ts';
import { readSampleJobProgress } from '../../lab/jobs/progress.ts';
import type { SampleJob } from '../../lab/jobs/sample-jobs.ts';
import { sampleZoneClient } from '../../lab/jobs/zone-client.ts';
import type { LabZoneName } from '../../lab/layout.ts';
import type { SequenceLog } from './sequence-log.ts';

const deadlineMs = 90_000;
const pollMs = 300;

/** The first checkpoint after the note may have been begun before it; the second cannot. */
const checkpointsAfterNote = 2;

/** @throws naming the job that has none in time */
export async function waitForState(zone: LabZoneName, jobs: readonly SampleJob[], log: SequenceLog): Promise<void> {
  const client = sampleZoneClient(zone);
  const deadline = Date.now() + deadlineMs;
  await Promise.all(
    jobs.map(async (job) => {
      const paths = new Set<string>();
      // The path that stands when the job is first seen counting does not count itself.
      while (paths.size <= checkpointsAfterNote) {
        if (Date.now() > deadline) throw new Error(`${job.name} made no state in ${deadlineMs / 1000} s`);
        await sleep(pollMs);
        if (log.newest(job.name) < 0) continue;
        const url = await client.restUrl(job);
        const progress = url === undefined ? undefined : await readSampleJobProgress(flinkRest(url));
        if (progress?.stage === 'checkpointed') paths.add(progress.checkpointPath);
      }
    }),
  );
}
