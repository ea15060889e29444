/** A preempted job on its way back whose worker dies at each request: it comes back from its savepoint all the same. */
import { expect, test } from 'vitest';
import { giveBackJob } from '../../../activities/give-back/give-back-job.ts';
import { annotations } from '../../../model/job/marks.ts';
import { storeKeys } from '../../../model/store-keys.ts';
import { flinkPath } from '../../../model/store-location.ts';
import { writeMetadata } from '../../../simulation/snapshot/small-metadata.ts';
import { SimulatedWorld } from '../../../simulation/world/simulated-world.ts';
import { userDeployment } from '../../simulation/harness/fleet.ts';
import { twoZones } from '../../simulation/harness/two-zones.ts';
import { job } from '../retention/stage-data.ts';
import { deaths, expectKilled, mortal } from './mortal.ts';

const { signal } = new AbortController();

/** A job of the zone that made room, with a savepoint. */
async function stage() {
  const { config, peer: zone } = twoZones('give-back-killed');
  const world = new SimulatedWorld(config, { seed: 1, speed: 1_000 });
  const folder = `${storeKeys.preemptedPrefix(job)}/1/savepoint-1`;
  const metadata = writeMetadata({ checkpointId: 1, file: 'state', sizeBytes: 8 });
  world.store(zone).write(`${folder}/_metadata`, metadata);
  world.store(zone).write(`${folder}/state`, new Uint8Array(8));
  const savepoint = flinkPath(config.zones[zone]!.stores['s3']!, folder, 'inZone');
  const suspended = userDeployment(job, 'P3');
  suspended.spec.job!.state = 'suspended';
  suspended.metadata.annotations = { [annotations.preemptedBy]: 'an-escape', [annotations.comeBackFrom]: savepoint };
  await world.cluster(zone).applyDeployment(suspended);
  const object = () => world.cluster(zone).deployments.get(`${job.namespace}/${job.name}`);
  const record = () => world.store(zone).objects.get(storeKeys.returningKey(job));
  return { world, zone, savepoint, object, record };
}

test('whoever repeats it ends with one running object, and the job is never without a record', async () => {
  const whole = await stage();
  const counting = mortal(undefined);
  await giveBackJob(counting.view(whole.world), whole.zone, job, signal);
  for (const kill of deaths(counting.requests())) {
    const { world, zone, savepoint, object, record } = await stage();
    const dead = mortal(kill);
    expect(await expectKilled(giveBackJob(dead.view(world), zone, job, signal)), `killed at ${kill.at}`).toBe(true);
    expect(object() ?? record(), `killed at ${kill.at}`).toBeDefined();
    expect(await giveBackJob(world, zone, job, signal)).toEqual({ started: { store: 's3', savepoint } });
    expect(object()!.spec.job).toMatchObject({ state: 'running', initialSavepointPath: savepoint });
    expect(object()!.metadata.annotations?.[annotations.preemptedBy]).toBeUndefined();
  }
});
