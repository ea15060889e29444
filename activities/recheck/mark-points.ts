/** Marks what is damaged, and takes marks away from what is whole again. */
import { jobKey } from '../../model/job/job.ts';
import type { Damage, FileFault } from '../../model/recovery/recheck/damage.ts';
import { storeKeys } from '../../model/store-keys.ts';
import type { KeptJob } from '../../jobs/recovery-points/find-job.ts';
import type { Clock, Logging } from '../../adapters/ports.ts';
import { describeDamage, writeDamage } from '../../jobs/recovery-points/damage-marks.ts';

export interface PointVerdict {
  id: string;
  files: readonly { key: string; sizeBytes: number }[];
  /** Seen now. */
  faults: FileFault[];
  /** Its mark of an earlier check. */
  marked: Damage | undefined;
}

export interface MarkedPoint extends Pick<PointVerdict, 'id' | 'files'> {
  damage: Damage | undefined;
}

/** The recovery points as they are now; those that were deleted meanwhile are left out. */
export async function markPoints(
  ports: Logging & Clock,
  { store, job, peer }: KeptJob,
  verdicts: readonly PointVerdict[],
  signal: AbortSignal,
): Promise<MarkedPoint[]> {
  const points: MarkedPoint[] = [];
  for (const { id, files, faults, marked } of verdicts) {
    const key = storeKeys.damageKey(job, id);
    if (faults.length === 0) {
      if (marked) {
        await store.delete(key, signal);
        ports.log.info({ job: jobKey(job), zone: peer, recoveryPoint: id }, 'whole again: its mark is taken away');
      }
      points.push({ id, files, damage: undefined });
      continue;
    }
    // Retention deletes the manifest before the files: without one nothing is damaged, it is only gone.
    if (!(await store.stat(storeKeys.recoveryPointKey(job, id), signal))) continue;
    const damage: Damage =
      marked && sameFaults(marked.faults, faults)
        ? marked
        : { schema: 1, seenAt: new Date(ports.now()).toISOString(), zone: peer, faults };
    if (damage !== marked) {
      await writeDamage(store, key, damage, signal);
      ports.log.warn({ job: jobKey(job), zone: peer, recoveryPoint: id }, `damaged: ${describeDamage(damage)}`);
    }
    points.push({ id, files, damage });
  }
  return points;
}

function sameFaults(a: readonly FileFault[], b: readonly FileFault[]): boolean {
  const names = (faults: readonly FileFault[]) =>
    faults.map(({ key, found, modifiedAt }) => `${found} ${modifiedAt ?? ''} ${key}`).sort();
  return names(a).join('\n') === names(b).join('\n');
}
