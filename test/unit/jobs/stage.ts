/** Where the tests of verbs begin: az-a is lost, az-b keeps the standby of default/orders and its recovery point. */
import type { FlinkDeployment } from '../../../model/job/flink-deployment.ts';
import { annotations } from '../../../model/job/marks.ts';
import type { RecoveryPointManifest } from '../../../model/recovery/manifest.ts';
import { storeKeys } from '../../../model/store-keys.ts';
import { buildConfig } from '../../builders/config.ts';
import { buildSpec, buildStandby, type DeploymentParts } from '../../builders/deployment.ts';
import { buildManifest, layRecoveryPoint } from '../../builders/recovery-point.ts';
import { FakeZones } from '../../fakes/fake-zones.ts';

export const job = { namespace: 'default', name: 'orders' };

export interface Stage {
  zones: FakeZones;
  standby: FlinkDeployment;
  manifest: RecoveryPointManifest;
}

export async function standbyInPeer(parts: DeploymentParts = {}): Promise<Stage> {
  const zones = new FakeZones(buildConfig());
  const manifest = buildManifest();
  const recoveryPoint = layRecoveryPoint(zones.store('az-b'), manifest);
  const marks = { [annotations.recoveryPoint]: recoveryPoint, ...parts.annotations };
  const standby = await zones.place('az-b', buildStandby({ ...parts, annotations: marks }));
  return { zones, standby, manifest };
}

/** From where the hot standby of `hotStandbyInPeer` was started. */
export const startedFrom = 's3a://bucket-az-b/az-escape/snapshots/default/orders/first/savepoint-1';

/** Of P0, and it has run for three minutes. */
export async function hotStandbyInPeer(): Promise<Stage> {
  const stage = await standbyInPeer({
    tier: 'P0',
    role: 'twin',
    annotations: { [annotations.startedFrom]: startedFrom },
    spec: buildSpec('running', { initialSavepointPath: startedFrom }),
  });
  stage.zones.cluster('az-b').configMaps.set('default/orders-role', { role: 'twin' });
  stage.zones.clock.nowMs += 180_000;
  return stage;
}

/** The same as `standbyInPeer` with an object that has run here before: the operator ignores the path that it is told. */
export async function usedStandbyInPeer(): Promise<Stage> {
  const status = { jobStatus: { jobId: 'e'.repeat(32) }, reconciliationStatus: { lastReconciledSpec: '{}' } };
  const stage = await standbyInPeer();
  const held = stage.zones.objectIn('az-b', job)!;
  stage.zones.cluster('az-b').deployments.set('default/orders', { ...held, status });
  return stage;
}

export function claimOf(zones: FakeZones, epoch: number, zone = 'az-b'): { owner: string } | undefined {
  const held = zones.store(zone).objects.get(storeKeys.epochKey(job, epoch));
  return held && (JSON.parse(new TextDecoder().decode(held.bytes)) as { owner: string });
}

/** Somebody else holds the epoch. */
export function claimBy(zones: FakeZones, owner: string, epoch: number, zone = 'az-b'): void {
  const claim = JSON.stringify({ owner, zone, at: '2026-11-21T02:59:00.000Z' });
  zones.store(zone).write(storeKeys.epochKey(job, epoch), new TextEncoder().encode(claim));
}

/** From where Flink has started the job, each time. */
export function startsIn(zones: FakeZones, zone = 'az-b'): (string | undefined)[] {
  return zones.operator(zone).starts.map(({ path }) => path);
}
