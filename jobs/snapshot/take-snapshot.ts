/** The snapshot of a round, by the job's mode. */
import { createHash } from 'node:crypto';
import { jobKey } from '../../model/job/job.ts';
import { wholeStore } from '../../model/store-location.ts';
import type { FlinkJobManager } from '../../adapters/flink/port.ts';
import type { Steps } from '../../adapters/storage/copy/steps.ts';
import type { Clock, Configured, Pulse, Stores } from '../../adapters/ports.ts';
import type { RoundPlan } from './round-plan.ts';
import { takeSavepoint } from './savepoint.ts';
import { shipCheckpoint } from './ship-checkpoint.ts';
import type { TakenSnapshot } from './taken-snapshot.ts';

/** Flink's own job, and who answers for it. */
export interface RunningJob {
  jobId: string;
  jobManager: FlinkJobManager;
}

/** Brings a snapshot of the job into the peer's store. @throws TypedFailure of the mode, OutsideFailure */
export async function takeSnapshot(
  ports: Configured & Stores & Clock,
  { round, job, tier, mode, home, storeName, homeStore, peerStore, store }: RoundPlan,
  running: RunningJob,
  steps: Steps | undefined,
  pulse: Pulse,
): Promise<TakenSnapshot> {
  const common = { job, ...running, store, storeConfig: peerStore };
  if (mode === 'ship') {
    const homeFiles = { homeStore: ports.flinkFiles(home.name, storeName), homeConfig: wholeStore(homeStore) };
    return shipCheckpoint({ ...common, ...homeFiles, steps }, pulse);
  }
  const triggerId = createHash('md5')
    .update(`${round}/${jobKey(job)}`)
    .digest('hex');
  const { savepointTimeoutMs: timeoutMs } = ports.config.tiers[tier];
  const { checkpointWaitMs } = ports.config.protect;
  return takeSavepoint({ ...common, triggerId, timeoutMs, checkpointWaitMs, now: ports.now }, pulse);
}
