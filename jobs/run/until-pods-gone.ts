/** Waits until the pods of a job that was suspended to make room are gone, and sees to it that they go. */
import { formatDurationMs } from '../../model/duration.ts';
import { dismissPatch } from '../../model/move/dismiss.ts';
import type { JobRef } from '../../model/job/job.ts';
import { annotations } from '../../model/job/marks.ts';
import { OutsideFailure } from '../../adapters/failure.ts';
import type { Clock, Clusters, Configured, Pulse } from '../../adapters/ports.ts';

/** Where the job was told to make room, and by which escape. */
export interface PreemptedBy {
  zone: string;
  escapeId: string;
}

/** Its room is free when its pods are gone; the object may say so earlier or later. @returns what is still there; undefined if nothing is */
export async function untilPodsGone(
  ports: Configured & Clusters & Clock,
  by: PreemptedBy,
  job: JobRef,
  pulse: Pulse,
): Promise<string | undefined> {
  const { preemptDeadlineMs } = ports.config.escape;
  const deadline = ports.now() + preemptDeadlineMs;
  const cluster = ports.cluster(by.zone);
  for (;;) {
    pulse.beat();
    let pods = await cluster.listPods(job, pulse.signal);
    // Others are about to take its room: that it is free must be true now.
    if (pods.length === 0) pods = await cluster.listPods(job, pulse.signal, 'current');
    if (pods.length === 0) return undefined;
    if (ports.now() >= deadline) {
      return `${pods.length} of its pods are still there after ${formatDurationMs(preemptDeadlineMs)}`;
    }
    await dismiss(ports, by, job, pulse);
    await pulse.sleep(500);
  }
}

async function dismiss(ports: Clusters, by: PreemptedBy, job: JobRef, { signal }: Pulse): Promise<void> {
  const cluster = ports.cluster(by.zone);
  const found = await cluster.getDeployment(job, signal);
  const isOurs = found?.metadata.annotations?.[annotations.preemptedBy] === by.escapeId;
  const patch = found && isOurs ? dismissPatch(found) : undefined;
  if (!patch) return;
  try {
    await cluster.patchDeployment(job, patch, signal);
  } catch (error) {
    // The operator writes its status all the time: the next look tries again. Whoever refuses leaves it as it is.
    if (!(error instanceof OutsideFailure)) throw error;
    if (error.retryable && error.failureClass !== 'Conflict') throw error;
  }
}
