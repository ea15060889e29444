/** A round that dies between any two of its steps, and is repeated: nothing lost, nothing double. */
import { describe, expect, test } from 'vitest';
import { protectJob } from '../../activities/protect/protect-job.ts';
import { annotations } from '../../model/job/marks.ts';
import type { Tier } from '../../model/job/tier.ts';
import { deploy, fleetOf, stagePulse } from './harness/fleet.ts';
import { twoZones } from './harness/two-zones.ts';
import { waitUntil } from './harness/wait-until.ts';
import { MortalWorld } from '../../simulation/world/mortal-world.ts';
import { SimulatedWorld } from '../../simulation/world/simulated-world.ts';

interface Step {
  tier: Tier;
  kind: string;
  object: RegExp;
  /** The first, unless told. */
  nth?: number;
  /** Whether a manifest lies in the store right after the death. */
  manifests: number;
  /** The JobManager is started again, too, and knows the trigger no more. */
  failover?: boolean;
}

const steps: Step[] = [
  { tier: 'P1', kind: 'flink triggerSavepoint', object: /p1-0/, manifests: 0 },
  { tier: 'P1', kind: 'flink savepointStatus', object: /p1-0/, nth: 2, manifests: 0 },
  { tier: 'P1', kind: 'store read', object: /_metadata$/, manifests: 0 },
  { tier: 'P1', kind: 'store read', object: /_metadata$/, manifests: 0, failover: true },
  { tier: 'P1', kind: 'store createIfAbsent', object: /^epochs/, manifests: 0 },
  { tier: 'P1', kind: 'store put', object: /manifest\.json$/, manifests: 1 },
  { tier: 'P1', kind: 'kubernetes apply', object: /p1-0/, manifests: 1 },
  { tier: 'P0', kind: 'kubernetes apply configmap', object: /p0-0-role/, manifests: 1 },
  { tier: 'P0', kind: 'kubernetes apply', object: /p0-0/, manifests: 1 },
];

describe.concurrent('protecting a job again after its worker died', () => {
  test.each(steps)('at $tier $kind', async ({ tier, kind, object, nth = 1, manifests, failover }) => {
    const { config, home, peer } = twoZones('repeat');
    const world = new SimulatedWorld(config, { seed: 5, speed: 40 });
    const [job] = fleetOf({ [tier]: 1 });
    await deploy(world, home, [job!]);
    const request = { zone: home, round: 'round-1', namespace: job!.namespace, name: job!.name };
    const recoveryPoints = () =>
      world
        .store(peer)
        .keys(`recovery-points/default/${job!.name}`)
        .filter((key) => key.endsWith('/manifest.json'));

    const mortal = new MortalWorld(world);
    mortal.killAt(nth, (entry) => entry.kind === kind && object.test(entry.object));
    const died = protectJob(mortal, request, mortal.pulse(stagePulse(world))).catch((error: unknown) => error);
    await waitUntil(`the death at ${kind}`, () => mortal.dead);
    // A savepoint that was asked for goes on without us.
    await waitUntil('what was under way has arrived', () => {
      const begun = world.savepoints.triggered.at(-1);
      return begun === undefined || world.savepoints.statusOf(begun.triggerId).state === 'completed';
    });
    await waitUntil('the last write has arrived', () => recoveryPoints().length === manifests);
    if (failover) world.savepoints.forgetAll();

    const repeated = await protectJob(world, request, stagePulse(world));

    expect(repeated).toMatchObject({ outcome: 'protected' });
    expect(world.savepoints.triggered).toHaveLength(1);
    expect(recoveryPoints()).toEqual([`recovery-points/default/${job!.name}/${repeated.recoveryPoint}/manifest.json`]);
    expect(world.store(peer).keys('epochs')).toEqual([`epochs/default/${job!.name}/1`]);
    const standby = world.cluster(peer).deployments.get(`default/${job!.name}`)!;
    expect(standby.metadata.annotations![annotations.recoveryPoint]).toContain(repeated.recoveryPoint);
    expect(world.operator(peer).starts).toHaveLength(tier === 'P0' ? 1 : 0);
    mortal.bury();
    await died;
  });
});
