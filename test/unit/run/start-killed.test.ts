/** A start and a start anew whose worker dies at each of their requests: whoever repeats them ends with one fresh, running object. */
import { expect, test } from 'vitest';
import type { Ports } from '../../../adapters/ports.ts';
import { ArtifactSight } from '../../../jobs/artifacts/artifact-sight.ts';
import { climbJob, type Climb, type DecisionArchive } from '../../../jobs/run/climb.ts';
import { startJob } from '../../../jobs/run/start-job.ts';
import { annotations, labels } from '../../../model/job/marks.ts';
import type { PlannedJob } from '../../../model/move/plan-types.ts';
import { renderStandby } from '../../../model/move/standby.ts';
import type { StartedJob } from '../../../model/results/escape.ts';
import { storeKeys } from '../../../model/store-keys.ts';
import { flinkPath } from '../../../model/store-location.ts';
import { SimulatedWorld } from '../../../simulation/world/simulated-world.ts';
import { buildMove } from '../../builders/escape.ts';
import { stagePulse, userDeployment } from '../../simulation/harness/fleet.ts';
import { twoZones } from '../../simulation/harness/two-zones.ts';
import { job, manifestOf } from '../retention/stage-data.ts';
import { deaths, expectKilled, mortal } from './mortal.ts';

/** The peer holds a recovery point, and a standby that has run: it must be replaced. */
async function stage() {
  const { config, home, peer } = twoZones('killed');
  const world = new SimulatedWorld(config, { seed: 1, speed: 1_000 });
  const storeConfig = config.zones[peer]!.stores['s3']!;
  const wrote = manifestOf(1);
  const spec = { ...userDeployment(job, 'P2').spec, job: { state: 'suspended' as const } };
  const restorePath = flinkPath(storeConfig, wrote.snapshot, 'inZone');
  const manifest = { ...wrote, tier: 'P2' as const, from: home, to: peer, store: 's3', restorePath, spec };
  for (const { key, sizeBytes } of manifest.files) world.store(peer).write(key, new Uint8Array(sizeBytes));
  const manifestKey = storeKeys.recoveryPointKey(job, manifest.id);
  world.store(peer).write(manifestKey, new TextEncoder().encode(JSON.stringify(manifest)));
  const recoveryPoint = flinkPath(storeConfig, manifestKey, 'inZone');
  const marks = { role: 'standby', activeZone: home, preferredZone: home, epoch: 1, recoveryPoint } as const;
  await world.cluster(peer).applyDeployment(renderStandby(userDeployment(job, 'P2'), spec, marks));
  const object = () => world.cluster(peer).deployments.get(`${job.namespace}/${job.name}`);
  object()!.status = { jobStatus: { jobId: 'of its run before' } };
  const move = buildMove({
    id: `${home}-killed`,
    zone: home,
    lost: [home],
    peers: [peer],
    incident: 'killed',
    triggeredAt: new Date(world.now()).toISOString(),
    lostAt: new Date(world.now()).toISOString(),
    reachable: { answer: [peer], silent: [] },
  });
  const planned: PlannedJob = {
    ...job,
    tier: 'P2',
    wave: 1,
    from: home,
    to: peer,
    kind: 'standby',
    store: 's3',
    recoveryPoint,
    epoch: 2,
    demand: null,
  };
  const start = (seen: Ports = world) =>
    startJob(seen, move, planned, stagePulse(world), new ArtifactSight(seen)).then((result) => {
      if ('ended' in result) throw new Error(result.ended.message);
      return result.started;
    });
  const kept = new Map<string, Uint8Array>();
  const archive: DecisionArchive = {
    read: async (key) => kept.get(key),
    keep: async (key, bytes) => void kept.set(key, bytes),
  };
  const climb: Climb = { rung: 'again', nth: 1, triedPoints: [], because: 'restart-loop: it restarts' };
  const startAnew = (started: StartedJob, seen: Ports = world, kills = archive) =>
    climbJob(seen, move, started, climb, kills, stagePulse(world));
  return { world, object, restorePath, start, startAnew, archive };
}

test('a start that is killed at any request is finished by its repetition', async () => {
  const whole = await stage();
  const counting = mortal(undefined);
  await whole.start(counting.view(whole.world));
  expect(counting.requests()).toBeGreaterThan(6);
  for (const kill of deaths(counting.requests())) {
    const { world, start, object, restorePath } = await stage();
    const before = object()!.metadata.uid;
    expect(await expectKilled(start(mortal(kill).view(world))), `killed at ${kill.at}`).toBe(true);
    expect(await start()).toMatchObject({ kind: 'standby', epoch: 2, restorePath });
    const { metadata, spec } = object()!;
    expect(metadata.uid, 'a fresh one').not.toBe(before);
    expect(metadata.labels?.[labels.role]).toBe('active');
    expect(metadata.annotations).toMatchObject({ [annotations.epoch]: '2', [annotations.startedFrom]: restorePath });
    expect(spec.job).toMatchObject({ state: 'running', initialSavepointPath: restorePath });
  }
});

test('a start anew that is killed at any request is finished by its repetition', async () => {
  const whole = await stage();
  const counting = mortal(undefined);
  await whole.startAnew(await whole.start(), counting.view(whole.world), counting.dying(whole.archive));
  expect(counting.requests()).toBeGreaterThan(7);
  for (const kill of deaths(counting.requests())) {
    const { world, start, startAnew, object, restorePath, archive } = await stage();
    const first = await start();
    const before = object()!.metadata.uid;
    const dead = mortal(kill);
    expect(await expectKilled(startAnew(first, dead.view(world), dead.dying(archive)))).toBe(true);
    expect(await startAnew(first)).toMatchObject({ started: { epoch: 2, restorePath } });
    const { metadata, spec } = object()!;
    expect(metadata.uid, 'a fresh one').not.toBe(before);
    expect(metadata.annotations).toMatchObject({ [annotations.climbed]: '1', [annotations.epoch]: '2' });
    expect(spec.job).toMatchObject({ state: 'running', initialSavepointPath: restorePath });
  }
});
