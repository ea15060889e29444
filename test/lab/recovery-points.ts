/** What lies in az-b of a job, and how a test spoils it. */
import { readManifest, recoveryPointIds } from '../../jobs/recovery-points/recovery-points.ts';
import type { SampleJob } from '../../lab/jobs/sample-jobs.ts';
import type { RecoveryPointManifest } from '../../model/recovery/manifest.ts';
import { storeKeys } from '../../model/store-location.ts';
import type { LabFixture } from './fixture.ts';

/** Newest first. */
export async function manifestsOf({ world }: LabFixture, job: SampleJob): Promise<RecoveryPointManifest[]> {
  const store = world.store('az-b', job.store);
  const ids = await recoveryPointIds(store, job);
  return Promise.all(
    ids.map(async (id) => {
      const read = await readManifest(store, storeKeys.recoveryPointKey(job, id));
      if (!read.ok) throw new Error(read.why);
      return read.manifest;
    }),
  );
}

/** Replaces the largest state file of a recovery point by as many other bytes: sizes do not tell. */
export async function spoilLargestFile(
  { world }: LabFixture,
  job: SampleJob,
  manifest: RecoveryPointManifest,
): Promise<void> {
  const files = manifest.files.filter(({ key }) => !key.endsWith('/_metadata'));
  const largest = files.reduce((a, b) => (a.sizeBytes > b.sizeBytes ? a : b));
  await world.store('az-b', job.store).put(largest.key, new Uint8Array(largest.sizeBytes).fill(7));
}
