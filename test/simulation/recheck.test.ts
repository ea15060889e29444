/** Recovery points that rot are found, marked, passed over and healed. */
import { describe, expect, test } from 'vitest';
import { protectJob } from '../../activities/protect/protect-job.ts';
import { recheckJob } from '../../activities/recheck/recheck-job.ts';
import { chooseRecoveryPoint } from '../../jobs/recovery-points/recovery-points.ts';
import { annotations } from '../../model/job/marks.ts';
import type { RecoveryPointManifest } from '../../model/recovery/manifest.ts';
import { storeKeys } from '../../model/store-keys.ts';
import { deploy, fleetOf, stagePulse, userDeployment } from './harness/fleet.ts';
import { flipBit, recoveryPointsOf } from './harness/recovery-points.ts';
import { SimulatedStage } from './harness/simulated-stage.ts';
import { stepCheckpoints } from './harness/step-checkpoints.ts';

const job = { namespace: 'default', name: 'p1-0' };
const key = 'default/p1-0';

class Stage extends SimulatedStage {
  #nextCheckpoint: (() => void) | undefined;

  async ready(mode: 'savepoint' | 'ship'): Promise<this> {
    if (mode === 'ship') this.world.checkpoints.jobs.add(key);
    await deploy(this.world, this.home, fleetOf({ P1: 1 }));
    const deployment = userDeployment(job, 'P1');
    deployment.metadata.annotations = { [annotations.mode]: mode };
    await this.world.cluster(this.home).applyDeployment(deployment);
    return this;
  }

  async protect(round: string): Promise<RecoveryPointManifest> {
    const run = this.world.operator(this.home).runs.get(key)!;
    this.#nextCheckpoint ??= await stepCheckpoints(this.world, run);
    this.#nextCheckpoint();
    const result = await protectJob(this.world, { zone: this.home, round, ...job }, stagePulse(this.world));
    expect(result.outcome, result.sentence).toBe('protected');
    return this.manifests().at(-1)!;
  }

  recheck(all?: { sinceMs: number }) {
    const request = { zone: this.home, ...job, all: all !== undefined };
    return recheckJob(this.world, request, stagePulse(this.world), all?.sinceMs);
  }

  get objects() {
    return this.world.store(this.peer).objects;
  }

  manifests(): RecoveryPointManifest[] {
    return recoveryPointsOf(this, job.name);
  }

  flip(of: string): void {
    flipBit(this, of);
  }

  named(): string {
    return this.world.cluster(this.peer).deployments.get(key)!.metadata.annotations![annotations.recoveryPoint]!;
  }

  chosen() {
    const named = storeKeys.recoveryPointKey(job, this.manifests().at(-1)!.id);
    return chooseRecoveryPoint(this.world.store(this.peer), job, named);
  }
}

const isShared = (file: { key: string }) => file.key.includes('/shipped/files/');

describe.concurrent('a re-check', () => {
  test('finds every recovery point intact, and reads each file in its turn', async () => {
    const stage = await new Stage('recheck-intact').ready('ship');
    for (const round of ['1', '2']) await stage.protect(round);
    stage.config.recheck.sampleBytes = 1;
    const files = new Set(stage.manifests().flatMap((one) => one.files.map((file) => file.key))).size;
    for (let check = 0; check < files; check += 1)
      expect(await stage.recheck()).toMatchObject({ files: 1, findings: [] });
    const { points } = await stage.recheck();
    expect(points).toHaveLength(2);
    for (const point of points) expect(point).toMatchObject({ state: 'intact', read: point.files, fault: null });
    const done = await stage.recheck({ sinceMs: stage.world.now() });
    expect(done).toMatchObject({ files, findings: [] });
    expect(await stage.recheck({ sinceMs: 1 }), 'a repeat goes on where it ended').toMatchObject({ files: 0 });
  });

  test('marks a flipped bit in the newest; the neighbour is named and chosen; the next shipment heals it', async () => {
    const stage = await new Stage('recheck-flip').ready('ship');
    const first = await stage.protect('1');
    const second = await stage.protect('2');
    const rotten = second.files.find((file) => isShared(file) && !first.files.some((one) => one.key === file.key))!;
    stage.flip(rotten.key);
    expect((await stage.chosen()).chosen!.manifest.id, 'sizes say nothing').toBe(second.id);

    const checked = await stage.recheck();
    expect(checked.points.map(({ id, state }) => [id, state])).toEqual([
      [second.id, 'damaged'],
      [first.id, 'intact'],
    ]);
    expect(checked.findings).toMatchObject([
      { code: 'RecoveryPointDamaged', sentence: expect.stringContaining(rotten.key) },
    ]);
    expect(stage.named()).toContain(first.id);
    const { chosen, damages } = await stage.chosen();
    expect(chosen!.manifest.id).toBe(first.id);
    expect(damages[0]).toMatch(
      /is marked damaged: a check at .* found other bytes \(sha256 .{12}… instead of .{12}…\)/,
    );
    const warned = stage.world.logged.filter(({ fields }) => fields['finding'] === 'RecoveryPointDamaged');
    expect(warned).toMatchObject([{ fields: { job: key, zone: stage.peer } }]);
    const again = await stage.recheck();
    expect(again.findings, 'it stays marked').toHaveLength(1);

    // The very same checkpoint again: only what is damaged is copied.
    stage.world.ledger.clear();
    const result = await protectJob(stage.world, { zone: stage.home, round: '3', ...job }, stagePulse(stage.world));
    expect(result.sentence).toContain('1 of them');
    expect(stage.world.ledger.of(stage.peer, 'store writeStream').map(({ object }) => object)).toEqual([rotten.key]);
    stage.world.ledger.clear();
    await protectJob(stage.world, { zone: stage.home, round: '4', ...job }, stagePulse(stage.world));
    expect(stage.world.ledger.of(stage.peer, 'store writeStream'), 'a replaced file is not replaced again').toEqual([]);

    const healed = await stage.recheck();
    expect(healed.points.map(({ state }) => state)).toEqual(['intact', 'intact']);
    expect(stage.objects.has(storeKeys.damageKey(job, second.id))).toBe(false);
    expect((await stage.chosen()).chosen!.manifest.id).toBe(second.id);
  });

  test('marks all that share a file, tells that none is intact, and a new shipment brings an intact one', async () => {
    const stage = await new Stage('recheck-shared').ready('ship');
    const first = await stage.protect('1');
    const second = await stage.protect('2');
    const shared = second.files.find((file) => isShared(file) && first.files.some((one) => one.key === file.key))!;
    stage.flip(shared.key);
    const { findings, points } = await stage.recheck();
    expect(points.map(({ state }) => state)).toEqual(['damaged', 'damaged']);
    expect(findings.map(({ code }) => code)).toEqual([
      'NoIntactRecoveryPoint',
      'RecoveryPointDamaged',
      'RecoveryPointDamaged',
    ]);
    expect((await stage.chosen()).chosen).toBeUndefined();
    const third = await stage.protect('3');
    expect((await stage.chosen()).chosen!.manifest.id).toBe(third.id);
    expect(await stage.recheck()).toMatchObject({ points: [{ id: third.id, state: 'intact' }, {}, {}] });
  });

  test('finds missing and cut files and unreadable manifests by looking alone', async () => {
    const stage = await new Stage('recheck-sizes').ready('savepoint');
    const made = [
      await stage.protect('1'),
      await stage.protect('2'),
      await stage.protect('3'),
      await stage.protect('4'),
    ];
    stage.config.recheck.sampleBytes = 1;
    stage.objects.delete(made[0]!.files[1]!.key);
    const cut = stage.objects.get(made[1]!.files[1]!.key)!;
    cut.bytes = cut.bytes.subarray(1);
    stage.objects.get(storeKeys.recoveryPointKey(job, made[2]!.id))!.bytes = new TextEncoder().encode('{');
    const { points } = await stage.recheck();
    const faults = points.map(({ id, fault }) => [id, /found ([a-z ]+) \(/.exec(fault ?? '')?.[1] ?? null]);
    expect(faults).toEqual([
      [made[3]!.id, null],
      [made[2]!.id, 'unreadable manifest'],
      [made[1]!.id, 'too short'],
      [made[0]!.id, 'missing'],
    ]);
  });

  test('learns a savepoint’s digests by the first reading, and holds later ones to them', async () => {
    const stage = await new Stage('recheck-savepoint').ready('savepoint');
    const manifest = await stage.protect('1');
    expect(manifest.files.every(({ sha256 }) => sha256 === undefined)).toBe(true);
    expect(await stage.recheck()).toMatchObject({ findings: [], points: [{ state: 'intact', read: 2 }] });
    stage.flip(manifest.files[1]!.key);
    expect(await stage.recheck()).toMatchObject({ points: [{ state: 'damaged' }] });
  });

  test('of a jar that rots is found like any other; the next round copies the jar again', async () => {
    const stage = await new Stage('rotten-jar').ready('savepoint');
    stage.world.flinkFiles(stage.home).write('jars/a.jar', new TextEncoder().encode('class files '.repeat(900)));
    const deployment = userDeployment(job, 'P1');
    deployment.spec.job = { ...deployment.spec.job, jarURI: `s3a://bucket-${stage.home}/jars/a.jar` };
    await stage.world.cluster(stage.home).applyDeployment(deployment);
    const { id, artifacts } = await stage.protect('1');
    expect(artifacts).toMatchObject([{ kind: 'kept' }]);
    const [copy] = stage.world.store(stage.peer).keys(storeKeys.artifactsPrefix);
    expect(await stage.recheck()).toMatchObject({ points: [{ id, state: 'intact' }], findings: [] });

    stage.flip(copy!);
    const found = await stage.recheck({ sinceMs: stage.world.now() });
    expect(found.points).toMatchObject([{ id, state: 'damaged', fault: expect.stringContaining(copy!) }]);
    expect(found.findings.map(({ code }) => code)).toContain('RecoveryPointDamaged');
    expect((await stage.chosen()).chosen).toBeUndefined();

    await stage.world.clock.sleep(2_000);
    await stage.protect('2');
    const healed = await stage.recheck();
    expect(healed.points.map(({ state }) => state)).toEqual(['intact', 'intact']);
    expect((await stage.chosen()).chosen).toBeDefined();

    // One that is gone is seen without reading.
    stage.objects.delete(copy!);
    expect((await stage.recheck()).points.map(({ fault }) => fault)).toEqual([
      expect.stringMatching(/found missing .*a\.jar$/),
      expect.stringMatching(/found missing .*a\.jar$/),
    ]);
  });
});
