/** Jars of protected jobs: what a round brings to the peer zone, what it does not do twice, and what a missing one means. */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { protectJob } from '../../activities/protect/protect-job.ts';
import type { ProtectResult } from '../../model/results/protect.ts';
import { annotations } from '../../model/job/marks.ts';
import type { FlinkDeployment } from '../../model/job/flink-deployment.ts';
import { manifestSchema, type RecoveryPointManifest } from '../../model/recovery/manifest.ts';
import { deploy, fleetOf, stagePulse, userDeployment } from './harness/fleet.ts';
import { twoZones } from './harness/two-zones.ts';
import { SimulatedWorld } from '../../simulation/world/simulated-world.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const jarBytes = (word: string) => new TextEncoder().encode(`${word} `.repeat(2_000));

class Stage {
  readonly home: string;
  readonly peer: string;
  readonly world: SimulatedWorld;
  readonly job = { namespace: 'default', name: 'p1-0' };
  readonly #rounds = new Map<string, number>();

  constructor(name: string) {
    const { config, home, peer } = twoZones(name);
    this.home = home;
    this.peer = peer;
    this.world = new SimulatedWorld(config, { seed: 5, speed: 40 });
  }

  uri(path: string, scheme = 's3a'): string {
    return `${scheme}://bucket-${this.home}/${path}`;
  }

  lay(path: string, bytes: Uint8Array): void {
    this.world.flinkFiles(this.home).write(path, bytes);
  }

  async deploy(change: (deployment: FlinkDeployment) => void, name = this.job.name): Promise<void> {
    const job = { namespace: 'default', name };
    const deployment = userDeployment(job, 'P1');
    change(deployment);
    await this.world.cluster(this.home).applyDeployment(deployment);
  }

  async ready(change: (deployment: FlinkDeployment) => void, jobs = 1): Promise<this> {
    const fleet = fleetOf({ P1: jobs });
    await deploy(this.world, this.home, fleet);
    for (const { name } of fleet) await this.deploy(change, name);
    return this;
  }

  protect(name = this.job.name): Promise<ProtectResult> {
    const round = (this.#rounds.get(name) ?? 0) + 1;
    this.#rounds.set(name, round);
    const request = { zone: this.home, round: `${round}`, namespace: 'default', name };
    return protectJob(this.world, request, stagePulse(this.world));
  }

  newest(name = this.job.name): RecoveryPointManifest {
    const store = this.world.store(this.peer);
    const key = store.keys(`recovery-points/default/${name}`).findLast((one) => one.endsWith('/manifest.json'))!;
    return manifestSchema.parse(JSON.parse(new TextDecoder().decode(store.objects.get(key)!.bytes)));
  }

  standby(name = this.job.name): FlinkDeployment {
    return this.world.cluster(this.peer).deployments.get(`default/${name}`)!;
  }

  copies(): string[] {
    return this.world.store(this.peer).keys('artifacts/sha256');
  }

  /** Reads of bytes at home, copies into the peer. */
  moved() {
    const at = (zone: string, what: string) => this.world.ledger.of(zone, `store ${what}`).map(({ object }) => object);
    return { read: at(this.home, 'openRead'), written: at(this.peer, 'writeStream') };
  }
}

const withJar =
  (uri: string) =>
  ({ spec }: FlinkDeployment): void => {
    spec.job = { ...spec.job, jarURI: uri };
  };

describe.concurrent('the jar of a job', () => {
  test('in its zone’s store is copied to the peer’s, where the standby names it', async () => {
    const stage = new Stage('jar');
    const bytes = jarBytes('orders');
    stage.lay('jars/orders-1.jar', bytes);
    await stage.ready(withJar(stage.uri('jars/orders-1.jar')));
    const result = await stage.protect();
    expect(result).toMatchObject({ outcome: 'protected' });
    expect(result).not.toHaveProperty('findings');
    expect(result.sentence).toContain(`; ${bytes.length} bytes of jars copied`);
    const key = `artifacts/sha256/${sha256(bytes)}/orders-1.jar`;
    const uriThere = `s3a://bucket-${stage.peer}/az-escape/${key}`;
    expect(stage.copies()).toEqual([key]);
    expect(stage.world.store(stage.peer).objects.get(key)!.bytes).toEqual(Buffer.from(bytes));
    const uri = stage.uri('jars/orders-1.jar');
    expect(stage.newest().artifacts).toEqual([
      { kind: 'kept', uri, uriThere, store: 's3', key, sizeBytes: bytes.length, sha256: sha256(bytes) },
    ]);
    expect(stage.newest().spec).toMatchObject({ job: { jarURI: uriThere } });
    expect(stage.standby().spec.job).toMatchObject({ jarURI: uriThere, state: 'suspended' });

    // The next round asks for its date, and moves no byte of it.
    stage.world.ledger.clear();
    const again = await stage.protect();
    expect(again.sentence).not.toContain('of jars copied');
    expect(stage.moved()).toEqual({ read: [], written: [] });
    expect(stage.newest().artifacts).toHaveLength(1);
  });

  test('in the image is noted with the image, and asks nothing of a store', async () => {
    const stage = await new Stage('image').ready(({ spec }) => {
      spec['image'] = 'registry/orders@sha256:12';
    });
    await stage.protect();
    expect(stage.newest().artifacts).toEqual([
      { kind: 'in-image', uri: 'local:///opt/flink/usrlib/job.jar', image: 'registry/orders@sha256:12' },
    ]);
    const touched = stage.world.ledger.of(stage.peer, 'store stat').map(({ object }) => object);
    expect(touched.filter((key) => key.startsWith('artifacts/'))).toEqual([]);
  });

  test('from elsewhere is a finding, and travels as it is', async () => {
    const stage = await new Stage('elsewhere').ready(withJar('https://repo.example.com/orders.jar'));
    const result = await stage.protect();
    expect(result).toMatchObject({ outcome: 'protected', findings: [{ code: 'ArtifactElsewhere' }] });
    expect(result.findings![0]!.sentence).toContain('default/p1-0 needs https://repo.example.com/orders.jar');
    expect(stage.newest().artifacts).toEqual([{ kind: 'elsewhere', uri: 'https://repo.example.com/orders.jar' }]);
    expect(stage.standby().spec.job!.jarURI).toBe('https://repo.example.com/orders.jar');
    expect(stage.world.logged).toContainEqual(
      expect.objectContaining({
        fields: expect.objectContaining({ finding: 'ArtifactElsewhere', job: 'default/p1-0' }),
      }),
    );
  });

  test('new under the same name is brought by the next round, and the recovery point before keeps the old one', async () => {
    const stage = new Stage('changed');
    const [old, fresh] = [jarBytes('old'), jarBytes('new')];
    stage.lay('jars/orders.jar', old);
    await stage.ready(withJar(stage.uri('jars/orders.jar')));
    await stage.protect();
    const before = stage.newest();
    await stage.world.clock.sleep(2_000);
    stage.lay('jars/orders.jar', fresh);
    await stage.protect();
    expect(stage.copies()).toEqual(
      [old, fresh].map((bytes) => `artifacts/sha256/${sha256(bytes)}/orders.jar`).toSorted(),
    );
    expect(stage.newest().artifacts).toMatchObject([{ sha256: sha256(fresh) }]);
    expect(before.artifacts).toMatchObject([{ sha256: sha256(old) }]);
    expect(stage.standby().spec.job!.jarURI).toContain(sha256(fresh));
  });

  test('that many jobs share is read and copied once', async () => {
    const stage = new Stage('shared');
    stage.lay('jars/all.jar', jarBytes('all'));
    await stage.ready(withJar(stage.uri('jars/all.jar')), 6);
    stage.world.ledger.clear();
    const names = fleetOf({ P1: 6 }).map(({ name }) => name);
    const results = await Promise.all(names.map((name) => stage.protect(name)));
    expect(results.map(({ outcome }) => outcome)).toEqual(names.map(() => 'protected'));
    // Once for the digest, once for the copy.
    expect(stage.moved().read).toEqual(['jars/all.jar', 'jars/all.jar']);
    expect(stage.moved().written).toHaveLength(1);
    for (const name of names) expect(stage.newest(name).artifacts).toMatchObject([{ kind: 'kept' }]);
  });

  test('whose copy was cut is copied again', async () => {
    const stage = new Stage('cut');
    const bytes = jarBytes('orders');
    stage.lay('jars/orders.jar', bytes);
    await stage.ready(withJar(stage.uri('jars/orders.jar')));
    await stage.protect();
    const [key] = stage.copies();
    stage.world.store(stage.peer).write(key!, bytes.slice(0, 100));
    await stage.protect();
    expect(stage.world.store(stage.peer).objects.get(key!)!.bytes).toHaveLength(bytes.length);
  });

  test('that its zone lost is a finding: its state is protected, with the copy of an earlier round', async () => {
    const stage = new Stage('lost');
    const uri = stage.uri('jars/orders.jar');
    stage.lay('jars/orders.jar', jarBytes('orders'));
    await stage.ready(withJar(uri));
    await stage.protect();
    const before = stage.newest();
    stage.world.flinkFiles(stage.home).objects.delete('jars/orders.jar');
    const result = await stage.protect();
    expect(result).toMatchObject({ outcome: 'protected', findings: [{ code: 'ArtifactMissing' }] });
    expect(result.findings![0]!.sentence).toContain(`default/p1-0 needs ${uri}: it is not in store`);
    expect(result.findings![0]!.sentence).toContain('the copy of an earlier round is used');
    expect(stage.newest().id).not.toBe(before.id);
    expect(stage.newest().artifacts).toEqual(before.artifacts);
    expect(stage.newest().spec).toEqual(before.spec);
  });

  test('that never was there leaves the state protected all the same, and says so', async () => {
    const stage = new Stage('never');
    const uri = stage.uri('jars/orders.jar');
    await stage.ready(withJar(uri));
    const result = await stage.protect();
    expect(result).toMatchObject({ outcome: 'protected', findings: [{ code: 'ArtifactMissing' }] });
    expect(result.findings![0]!.sentence).toContain('the peer zone has no copy of it');
    expect(stage.newest().artifacts).toEqual([{ kind: 'missing', uri }]);
  });

  test('and what a pod template fetches: named by an annotation, renamed in the command', async () => {
    const stage = new Stage('fetched');
    stage.lay('jars/big.tgz', jarBytes('big'));
    const uri = stage.uri('jars/big.tgz', 's3');
    await stage.ready(({ metadata, spec }) => {
      metadata.annotations = { ...metadata.annotations, [annotations.artifacts]: uri };
      spec['podTemplate'] = { spec: { initContainers: [{ name: 'get', command: ['sh', '-c', `get ${uri} /x`] }] } };
    });
    await stage.protect();
    const there = `s3://bucket-${stage.peer}/az-escape/artifacts/sha256/${sha256(jarBytes('big'))}/big.tgz`;
    const containers = { initContainers: [{ name: 'get', command: ['sh', '-c', `get ${there} /x`] }] };
    expect(stage.standby().spec['podTemplate']).toMatchObject({ spec: containers });
    // What its owner wrote stays: it is meant for the home zone.
    expect(stage.standby().metadata.annotations![annotations.artifacts]).toBe(uri);
  });
});
