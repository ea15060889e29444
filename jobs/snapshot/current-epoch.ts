/** Which move of the job its recovery points belong to. */
import { annotations } from '../../model/job/marks.ts';
import { type FlinkDeployment, jobOf } from '../../model/job/flink-deployment.ts';
import { claimEpoch, epochAfter, listedEpoch } from '../claims/epochs.ts';
import type { SnapshotStore } from '../../adapters/storage/port.ts';
import type { Clock } from '../../adapters/ports.ts';

/**
 * The job's epoch: the newest that the store or the job's own object knows, at least 1. A store that has not seen it yet
 * (the job came from there by an escape the other way) is told, so that the next claim counts on from it.
 */
export async function currentEpoch(
  ports: Clock,
  store: SnapshotStore,
  active: FlinkDeployment,
  zone: string,
  signal: AbortSignal,
): Promise<number> {
  const job = jobOf(active);
  const listed = await listedEpoch(store, job, signal);
  const annotated = Number(active.metadata.annotations?.[annotations.epoch] ?? 0);
  const known = Math.max(1, listed, Number.isSafeInteger(annotated) ? annotated : 0);
  const epoch = await epochAfter(store, job, known, signal);
  if (listed >= epoch) return listed;
  const claim = { owner: 'protect', zone, at: new Date(ports.now()).toISOString() };
  return (await claimEpoch(store, job, epoch, claim, signal)).epoch;
}
