/** Jobs of which a store still keeps recovery points though no zone has an object of them. */
import { peersOf } from '../../model/config/types.ts';
import { jobKey } from '../../model/job/job.ts';
import { jobOf } from '../../model/job/flink-deployment.ts';
import { type Clusters, type Configured, type Stores, zoneConfig } from '../../adapters/ports.ts';
import type { ForgottenJob } from '../../model/results/retain.ts';

/** More wait for the next time: each has a line in the result, and an activity of its own. */
const mostJobs = 200;

/**
 * Candidates, found by a list of each zone: whether one is really gone, and for how long, is judged when its turn comes.
 * Throws while a zone does not answer.
 */
export async function forgottenJobs(
  ports: Configured & Clusters & Stores,
  zone: string,
  signal: AbortSignal,
): Promise<ForgottenJob[]> {
  const home = zoneConfig(ports, zone);
  const { namespaces } = home.kubernetes;
  const listed = await Promise.all(
    Object.keys(ports.config.zones).map((one) => ports.cluster(one).listDeployments(undefined, signal)),
  );
  const known = new Set(listed.flat().map((deployment) => jobKey(jobOf(deployment))));
  const forgotten = new Map<string, ForgottenJob>();
  const places = peersOf(home).flatMap((peer) =>
    Object.keys(zoneConfig(ports, peer).stores).flatMap((store) =>
      namespaces.map((namespace) => ({ peer, store, namespace })),
    ),
  );
  for (const { peer, store, namespace } of places) {
    const folders = ['recovery-points', 'snapshots'].map((folder) => `${folder}/${namespace}`);
    const children = await Promise.all(folders.map((folder) => ports.store(peer, store).children(folder, signal)));
    for (const path of children.flatMap(({ directories }) => directories)) {
      const job = { namespace, name: path.split('/').filter(Boolean).at(-1)!, store, ...(home.peers ? { peer } : {}) };
      if (!known.has(jobKey(job))) forgotten.set(`${peer}/${store}/${jobKey(job)}`, job);
    }
  }
  return [...forgotten.values()].slice(0, mostJobs);
}
