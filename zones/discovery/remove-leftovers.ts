/** Of a zone with several peers: takes away what a job has left in a peer that does not protect it any more. */
import { jobKey } from '../../model/job/job.ts';
import { type FlinkDeployment, jobOf } from '../../model/job/flink-deployment.ts';
import { standbyIsIn, writtenPeer } from '../../model/placement/job-peer.ts';
import { OutsideFailure } from '../../adapters/failure.ts';
import type { Clusters, Logging } from '../../adapters/ports.ts';

const removeDeadlineMs = 20_000;

/** More of them wait for the next round: a round begins with this. */
const removalsAtOnce = 20;

/**
 * Such as the copy in a zone that was lost and came back after its jobs had found another peer. Only where the peer that
 * is written at home has the standby, and only as it was listed: an escape that starts it wins. Trouble is logged.
 */
export async function removeLeftovers(
  ports: Clusters & Logging,
  zone: string,
  listed: ReadonlyMap<string, readonly FlinkDeployment[]>,
  atHome: readonly FlinkDeployment[],
  signal: AbortSignal,
): Promise<void> {
  if (listed.size < 2) return;
  const writtenOf = new Map(atHome.map((home) => [jobKey(jobOf(home)), writtenPeer(home)]));
  const has = (peer: string, key: string) => (listed.get(peer) ?? []).some((one) => jobKey(jobOf(one)) === key);
  let removals = 0;
  for (const [peer, standbys] of listed) {
    for (const standby of standbys) {
      const job = jobOf(standby);
      const seat = standbyIsIn({ written: writtenOf.get(jobKey(job)) }, (one) => has(one, jobKey(job)));
      const { resourceVersion } = standby.metadata;
      if (seat === undefined || seat === peer || resourceVersion === undefined) continue;
      if (removals++ >= removalsAtOnce) return;
      try {
        const bound = { deadlineMs: removeDeadlineMs, unchangedSince: resourceVersion, signal };
        await ports.cluster(peer).deleteDeployment(job, bound);
        ports.log.info({ job: jobKey(job), zone }, `what it left in ${peer} is removed: its standby is in ${seat}`);
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof OutsideFailure)) throw error;
        ports.log.warn({ job: jobKey(job), zone }, `what it left in ${peer} stays for now: ${error.message}`);
      }
    }
  }
}
