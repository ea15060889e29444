/** Finds the jobs of a zone that made room, and tells which of them have room again. */
import { noSuchCluster } from '../../model/config/zone-clusters.ts';
import type { GiveBackInput } from '../../model/inputs/give-back-input.ts';
import { madeRoom, planGiveBack, type GiveBackPlan } from '../../model/move/give-back.ts';
import { jobKey, type JobRef } from '../../model/job/job.ts';
import { jobOf } from '../../model/job/flink-deployment.ts';
import { labels } from '../../model/job/marks.ts';
import { seeRoom } from '../../zones/capacity/see-room.ts';
import { TypedFailure } from '../../adapters/typed-failure.ts';
import { type Clock, type Clusters, type Configured, type Stores, zoneConfig } from '../../adapters/ports.ts';
import { listReturning } from '../../jobs/run/returning.ts';

/** One round takes as many: its answer travels through a history. Another round takes the next. */
const maxJobs = 500;

/** @throws TypedFailure `UnknownZone`, `JobNotFound` for a job that was asked for by name and made no room */
export async function whoHasRoom(
  ports: Configured & Clusters & Stores & Clock,
  input: GiveBackInput,
  signal: AbortSignal,
): Promise<GiveBackPlan> {
  if (!ports.config.zones[input.zone]) throw new TypedFailure('UnknownZone', noSuchCluster(ports.config, input.zone));
  const zone = zoneConfig(ports, input.zone);
  const [tiered, { room }, ...returning] = await Promise.all([
    ports.cluster(zone.name).listDeployments(labels.tier, signal),
    seeRoom(ports, zone.name, signal),
    ...Object.keys(zone.stores).map((store) => listReturning(ports.store(zone.name, store), signal)),
  ]);
  const suspended = tiered.filter(madeRoom);
  // They had their room already, when somebody died while their objects changed places.
  const onTheWay = returning.flat();
  const known = new Set([...suspended.map(jobOf), ...onTheWay].map(jobKey));
  const missing = (input.jobs ?? []).filter((job) => !known.has(job));
  if (missing.length > 0) {
    throw new TypedFailure('JobNotFound', `no job of ${zone.name} that made room is called ${missing.join(', ')}`);
  }
  const asked = (job: JobRef) => !input.jobs || input.jobs.includes(jobKey(job));
  const first = onTheWay.filter(asked);
  const isFirst = new Set(first.map(jobKey));
  const others = suspended.filter((one) => asked(jobOf(one)) && !isFirst.has(jobKey(jobOf(one))));
  const plan = planGiveBack(zone.name, others, room);
  return { fits: [...first, ...plan.fits].slice(0, maxJobs), left: plan.left.slice(0, maxJobs) };
}
