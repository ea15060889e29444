/** Rounds of protection in mode ship, without Temporal: what is copied, what is not, and what happens when it breaks off. */
import { describe, expect, test } from 'vitest';
import { damageOf } from '../../jobs/recovery-points/recovery-points.ts';
import { protectJob } from '../../activities/protect/protect-job.ts';
import type { ProtectResult } from '../../model/results/protect.ts';
import { annotations } from '../../model/job/marks.ts';
import { manifestSchema, type RecoveryPointManifest } from '../../model/recovery/manifest.ts';
import { deploy, fleetOf, stagePulse, userDeployment } from './harness/fleet.ts';
import { twoZones } from './harness/two-zones.ts';
import { waitUntil } from './harness/wait-until.ts';
import { MortalWorld } from '../../simulation/world/mortal-world.ts';
import { SimulatedWorld } from '../../simulation/world/simulated-world.ts';

const job = { namespace: 'default', name: 'p1-0' };
const key = 'default/p1-0';
const filesFolder = `snapshots/${key}/shipped/files`;

class Stage {
  readonly home: string;
  readonly peer: string;
  readonly world: SimulatedWorld;

  constructor(name: string) {
    const { config, home, peer } = twoZones(name);
    this.home = home;
    this.peer = peer;
    this.world = new SimulatedWorld(config, { seed: 3, speed: 40 });
    this.world.checkpoints.jobs.add(key);
  }

  /** The job runs and has completed a checkpoint. */
  async ready(mode = 'ship'): Promise<this> {
    await deploy(this.world, this.home, fleetOf({ P1: 1 }));
    const deployment = userDeployment(job, 'P1');
    deployment.metadata.annotations = { [annotations.mode]: mode };
    await this.world.cluster(this.home).applyDeployment(deployment);
    await this.nextCheckpoint();
    return this;
  }

  async nextCheckpoint(): Promise<void> {
    const run = this.world.operator(this.home).runs.get(key)!;
    const newest = () => run.checkpointsAt(this.world.now()).latestCompleted?.id ?? 0;
    const before = newest();
    await waitUntil('the next checkpoint', () => newest() > before);
  }

  protect(round: string): Promise<ProtectResult> {
    return protectJob(this.world, { zone: this.home, round, ...job }, stagePulse(this.world));
  }

  /** Oldest first. */
  manifests(): RecoveryPointManifest[] {
    const store = this.world.store(this.peer);
    const keys = store.keys(`recovery-points/${key}`).filter((one) => one.endsWith('/manifest.json'));
    return keys.map((one) => manifestSchema.parse(JSON.parse(new TextDecoder().decode(store.objects.get(one)!.bytes))));
  }

  written(): string[] {
    return this.world.ledger.of(this.peer, 'store writeStream').map(({ object }) => object);
  }

  /** What Flink has at home and the peer holds must be the same bytes. */
  expectCopied(manifest: RecoveryPointManifest): void {
    const [at, there] = [this.world.flinkFiles(this.home).objects, this.world.store(this.peer).objects];
    const shared = manifest.files.filter((file) => file.key.startsWith(`${filesFolder}/`));
    expect(shared).toHaveLength(4);
    for (const file of shared) {
      const original = at.get(file.key.slice(filesFolder.length + 1))!.bytes;
      expect(Buffer.compare(there.get(file.key)!.bytes, original), file.key).toBe(0);
    }
  }
}

describe.concurrent('protecting in mode ship', () => {
  test('copies the newest checkpoint, and of the next one only what is new', async () => {
    const stage = await new Stage('ship').ready();
    const { world, peer } = stage;
    expect(await stage.protect('1')).toMatchObject({ outcome: 'protected' });
    const [first] = stage.manifests();
    stage.expectCopied(first!);
    expect(first).toMatchObject({ mode: 'ship', restorePath: `s3a://bucket-${peer}/az-escape/${first!.snapshot}` });
    expect(first!.files).toHaveLength(6);
    expect(first!.files.every(({ sha256 }) => /^[0-9a-f]{64}$/.test(sha256!))).toBe(true);
    expect(stage.written()).toHaveLength(5);
    const standby = world.cluster(peer).deployments.get(key)!;
    expect(standby.metadata.annotations![annotations.recoveryPoint]).toContain(first!.id);

    world.ledger.clear();
    await stage.nextCheckpoint();
    const result = await stage.protect('2');
    expect(result.sentence).toMatch(
      /^6 files, \d+ bytes seen in .*; \d of them, \d+ bytes, copied from checkpoint \d+$/,
    );
    const second = stage.manifests().at(-1)!;
    stage.expectCopied(second);
    const steps = second.checkpointId - first!.checkpointId;
    expect(stage.written()).toHaveLength(1 + Math.min(4, steps));
    expect(second.files.every(({ sha256 }) => sha256 !== undefined)).toBe(true);
    for (const manifest of [first!, second]) expect(await damageOf(world.store(peer), manifest)).toBeUndefined();
    expect(world.savepoints.triggered).toEqual([]);
  });

  test('makes one recovery point of one checkpoint, however often it is shipped', async () => {
    const stage = await new Stage('ship-again').ready();
    const run = stage.world.operator(stage.home).runs.get(key)!;
    const frozen = run.checkpointsAt(stage.world.now());
    stage.world.checkpoints.lay(run, frozen.latestCompleted);
    run.checkpointsAt = () => frozen;
    await stage.protect('1');
    stage.world.ledger.clear();
    const again = await stage.protect('2');
    expect(again.sentence).toContain('; 0 of them, 0 bytes, copied from checkpoint');
    expect(stage.written()).toEqual([]);
    expect(stage.manifests().map(({ id }) => id)).toEqual([again.recoveryPoint]);
  });

  test('goes on with the next checkpoint when Flink deletes the one that is being copied', async () => {
    const stage = await new Stage('ship-gone').ready();
    const { world, home, peer } = stage;
    const files = world.flinkFiles(home);
    let deleted: string | undefined;
    world.ledger.onNote(({ kind, object }) => {
      if (kind !== 'store openRead' || deleted !== undefined || !object.includes('/chk-')) return;
      deleted = object;
      for (const one of files.keys(object.slice(0, object.lastIndexOf('/')))) files.objects.delete(one);
    });
    expect(await stage.protect('1')).toMatchObject({ outcome: 'protected' });
    const [manifest] = stage.manifests();
    stage.expectCopied(manifest!);
    expect(deleted).not.toContain(`/chk-${manifest!.checkpointId}/`);
    const written = stage.written();
    expect(new Set(written).size, 'what was copied is not copied again').toBe(written.length);
    expect(await damageOf(world.store(peer), manifest!)).toBeUndefined();
  });

  test('gives up with a code when every checkpoint is deleted too early', async () => {
    const stage = await new Stage('ship-always-gone').ready();
    const files = stage.world.flinkFiles(stage.home);
    stage.world.ledger.onNote(({ kind, object }) => {
      if (kind === 'store openRead') files.objects.delete(object);
    });
    const result = await stage.protect('1');
    expect(result).toMatchObject({ outcome: 'failed', code: 'CheckpointGone' });
    expect(result.sentence).toContain('5 checkpoints in a row lost a file');
    expect(stage.manifests()).toEqual([]);
  });

  test('says what is missing when there is no checkpoint to ship', async () => {
    const stage = await new Stage('ship-nothing').ready();
    const run = stage.world.operator(stage.home).runs.get(key)!;
    const { latestCompleted, ...rest } = run.checkpointsAt(stage.world.now());
    const answers = [
      { latest: undefined, words: 'set execution.checkpointing.interval' },
      { latest: { ...latestCompleted!, externalPath: undefined }, words: 'lies in the memory of its JobManager' },
      { latest: { ...latestCompleted!, externalPath: 's3a://other/chk-1' }, words: 'at s3a://other/chk-1: set' },
    ];
    for (const [index, { latest, words }] of answers.entries()) {
      run.checkpointsAt = () => ({ ...rest, latestCompleted: latest });
      const result = await stage.protect(`${index}`);
      expect(result).toMatchObject({
        outcome: 'failed',
        code: 'NothingToShip',
        sentence: expect.stringContaining(words),
      });
    }
    expect(stage.manifests()).toEqual([]);
    expect(stage.written()).toEqual([]);
  });

  test('keeps the earlier recovery point when the peer’s store fails midway, and goes on where it ended', async () => {
    const stage = await new Stage('ship-full').ready();
    const { world, peer } = stage;
    await stage.protect('1');
    await stage.nextCheckpoint();
    for (const one of world.store(peer).keys(filesFolder).slice(0, 2)) world.store(peer).objects.delete(one);
    world.ledger.clear();
    let writes = 0;
    world.ledger.onNote(({ kind }) => {
      if (kind === 'store writeStream' && ++writes === 2) world.zone(peer).storeRefuses = true;
    });
    await expect(stage.protect('2')).rejects.toMatchObject({ failureClass: 'Unavailable' });
    expect(stage.manifests()).toHaveLength(1);
    world.zone(peer).storeRefuses = false;
    const before = new Set(world.store(peer).keys(`snapshots/${key}`));
    world.ledger.clear();
    // The activity is repeated; its announcement, which could not be taken away, is its own.
    expect(await stage.protect('2')).toMatchObject({ outcome: 'protected' });
    expect(stage.written().filter((one) => before.has(one))).toEqual([]);
    expect(stage.manifests()).toHaveLength(2);
  });

  test('is done by one of two that begin at once', async () => {
    const stage = await new Stage('ship-two').ready();
    const { world, peer } = stage;
    const results = await Promise.all([stage.protect('1'), stage.protect('2')]);
    expect(results.map(({ outcome }) => outcome).toSorted()).toEqual(['protected', 'refused']);
    expect(results.map(({ code }) => code)).toContain('RoundUnderWay');
    for (const manifest of stage.manifests()) {
      stage.expectCopied(manifest);
      expect(await damageOf(world.store(peer), manifest)).toBeUndefined();
    }
    expect(world.store(peer).keys('epochs')).toEqual([`epochs/${key}/1`]);
  });

  test('refuses a mode that is none, and says which there are', async () => {
    const stage = await new Stage('ship-mode').ready('copy');
    const result = await stage.protect('1');
    expect(result).toMatchObject({
      code: 'BadInput',
      sentence: expect.stringContaining('write auto, savepoint, ship'),
    });
  });
});

const deaths = [
  { kind: 'flink checkpoints', object: /p1-0/, nth: 1, manifests: 0 },
  { kind: 'store read', object: /chk-\d+\/_metadata$/, nth: 1, manifests: 0 },
  { kind: 'store openRead', object: /./, nth: 1, manifests: 0 },
  { kind: 'store writeStream', object: /./, nth: 1, manifests: 0 },
  { kind: 'store writeStream', object: /./, nth: 4, manifests: 0 },
  { kind: 'store put', object: /_metadata$/, nth: 1, manifests: 0 },
  { kind: 'store put', object: /manifest\.json$/, nth: 1, manifests: 1 },
  { kind: 'kubernetes apply', object: /p1-0/, nth: 1, manifests: 1 },
];

describe.concurrent('shipping again after the worker died', () => {
  test.each(deaths)('at $kind number $nth', async ({ kind, object, nth, manifests }) => {
    const stage = await new Stage(`ship-death-${kind.replaceAll(' ', '-').toLowerCase()}-${nth}-${manifests}`).ready();
    const { world, home, peer } = stage;
    expect(await stage.protect('before')).toMatchObject({ outcome: 'protected' });
    const [before] = stage.manifests();
    await stage.nextCheckpoint();
    const run = world.operator(home).runs.get(key)!;
    const frozen = run.checkpointsAt(world.now());
    world.checkpoints.lay(run, frozen.latestCompleted);
    run.checkpointsAt = () => frozen;
    // So that there is enough to copy for the fourth file to be one.
    for (const one of world.store(peer).keys(filesFolder)) world.store(peer).objects.delete(one);

    const mortal = new MortalWorld(world);
    mortal.killAt(nth, (entry) => entry.kind === kind && object.test(entry.object));
    const request = { zone: home, round: 'round', ...job };
    const died = protectJob(mortal, request, mortal.pulse(stagePulse(world))).catch((error: unknown) => error);
    await waitUntil(`the death at ${kind}`, () => mortal.dead);
    await waitUntil('the last write has arrived', () => stage.manifests().length === 1 + manifests);
    world.ledger.clear();

    const repeated = await stage.protect('round');

    expect(repeated).toMatchObject({ outcome: 'protected' });
    expect(stage.manifests().map(({ id }) => id)).toEqual([before!.id, repeated.recoveryPoint]);
    const after = stage.manifests().at(-1)!;
    stage.expectCopied(after);
    expect(await damageOf(world.store(peer), after)).toBeUndefined();
    if (manifests > 0) expect(stage.written()).toEqual([]);
    if (nth === 4) expect(stage.written().length).toBeLessThan(3);
    mortal.bury();
    await died;
  });
});
