/** What a job needs to start beside image and state is brought to the zone that it would escape to. */
import type { FoundArtifact } from '../../model/artifacts/find.ts';
import { uriInPeer } from '../../model/artifacts/place.ts';
import { renameUris } from '../../model/artifacts/rename.ts';
import type { Artifact } from '../../model/artifacts/schema.ts';
import type { ZoneConfig } from '../../model/config/types.ts';
import type { Finding } from '../../model/readiness/codes.ts';
import { jobKey, type JobRef } from '../../model/job/job.ts';
import type { FlinkDeploymentSpec } from '../../model/job/flink-deployment.ts';
import type { StageProgress } from '../../model/protect/round-progress.ts';
import { keyOfFlinkPath } from '../../model/store-location.ts';
import { damagesOf } from '../recovery-points/damage-marks.ts';
import type { SnapshotStore } from '../../adapters/storage/port.ts';
import type { Steps } from '../../adapters/storage/copy/steps.ts';
import type { Logging, Pulse, Remembering, Stores } from '../../adapters/ports.ts';
import { bringArtifact } from './bring-artifact.ts';

export interface ArtifactsTask {
  job: JobRef;
  home: ZoneConfig;
  peer: ZoneConfig;
  /** As it was rendered for the peer. */
  spec: FlinkDeploymentSpec;
  found: readonly FoundArtifact[];
  /** Name of the store that keeps the job's recovery points, and what checks have found wrong with them. */
  storeName: string;
  /** How quickly files may pass; as quickly as they can when absent. */
  steps: Steps | undefined;
}

export interface KeptArtifacts {
  /** The same spec, with the URIs of the copies. */
  spec: FlinkDeploymentSpec;
  /** For the manifest. */
  artifacts: Artifact[];
  findings: Finding[];
  copiedBytes: number;
}

const none: ReadonlyMap<string, string | undefined> = new Map();

/** Where nothing holds files back, large ones still tell how far they are. */
const freeStepBytes = 8 << 20;

/** True for one that a store must be asked for. */
export function isInStore({ kind }: FoundArtifact): boolean {
  return kind === 'in-store' || kind === 'in-peer';
}

/**
 * Copies those of the home zone's stores that the peer lacks. One that cannot be had at home is no reason to leave the
 * job's state unprotected: it is a finding, and the copy of an earlier round is used.
 */
export async function keepArtifacts(
  ports: Stores & Logging & Remembering,
  task: ArtifactsTask,
  pulse: Pulse,
): Promise<KeptArtifacts> {
  const { job, home, spec, found } = task;
  const kept: KeptArtifacts = { spec, artifacts: [], findings: [], copiedBytes: 0 };
  const renamed = new Map<string, string>();
  const damaged = found.some(({ kind }) => kind === 'in-store') ? await damagedCopies(ports, task, pulse.signal) : none;
  for (const one of found) {
    if (one.kind !== 'in-store') {
      const finding = await otherFinding(ports, task, one, pulse.signal);
      if (finding) kept.findings.push(finding);
      kept.artifacts.push(plainArtifact(one, spec));
      continue;
    }
    const { uri, store, path } = one;
    const [homeStore, peerStore] = [home.stores[store]!, task.peer.stores[store]!];
    const source = placeIn(ports, home, one);
    const brought = await bringArtifact(
      {
        memory: ports.memory,
        home: { zone: home.name, storeName: store, store: source.store },
        file: { key: source.key, path },
        peer: ports.store(task.peer.name, store),
        damaged: store === task.storeName ? damaged : none,
        steps: toldSteps(task.steps, pulse),
      },
      pulse,
    );
    if ('missing' in brought) {
      kept.findings.push(missing(job, uri, `${brought.missing}; the peer zone has no copy of it`));
      kept.artifacts.push({ kind: 'missing', uri });
      continue;
    }
    const { key, sizeBytes, sha256, copiedBytes, former } = brought;
    if (former !== undefined) kept.findings.push(missing(job, uri, `${former}; the copy of an earlier round is used`));
    const uriThere = uriInPeer(uri, key, { home: homeStore, peer: peerStore });
    renamed.set(uri, uriThere);
    kept.artifacts.push({ kind: 'kept', uri, uriThere, store, key, sizeBytes, sha256 });
    kept.copiedBytes += copiedBytes;
  }
  for (const { code, sentence } of kept.findings) {
    ports.log.warn({ job: jobKey(job), zone: home.name, finding: code }, sentence);
  }
  return { ...kept, spec: renameUris(spec, renamed) };
}

/** By the marks of checks beside the job's recovery points. */
async function damagedCopies(
  ports: Stores,
  { job, peer, storeName }: ArtifactsTask,
  signal: AbortSignal,
): Promise<Map<string, string | undefined>> {
  const damaged = new Map<string, string | undefined>();
  for (const { faults } of (await damagesOf(ports.store(peer.name, storeName), job, signal)).values()) {
    for (const { key, found, modifiedAt } of faults) if (found === 'other bytes') damaged.set(key, modifiedAt);
  }
  return damaged;
}

/** Copies that we made ourselves lie below the store's prefix, those of the owner anywhere. */
function placeIn(
  ports: Stores,
  zone: ZoneConfig,
  { uri, store, path }: { uri: string; store: string; path: string },
): { store: SnapshotStore; key: string } {
  const key = keyOfFlinkPath(zone.stores[store]!, uri);
  if (key === undefined) return { store: ports.flinkFiles(zone.name, store), key: path };
  return { store: ports.store(zone.name, store), key };
}

function plainArtifact({ kind, uri }: FoundArtifact, spec: FlinkDeploymentSpec): Artifact {
  if (kind === 'in-image') {
    const image = spec['image'];
    return { kind, uri, ...(typeof image === 'string' ? { image } : {}) };
  }
  return { kind: kind === 'in-peer' ? kind : 'elsewhere', uri };
}

async function otherFinding(
  ports: Stores,
  { job, peer }: ArtifactsTask,
  one: FoundArtifact,
  signal: AbortSignal,
): Promise<Finding | undefined> {
  if (one.kind === 'elsewhere') {
    const sentence = `${jobKey(job)} needs ${one.uri}, which lies in no store of its zone or of ${peer.name}`;
    return { code: 'ArtifactElsewhere', sentence };
  }
  if (one.kind !== 'in-peer') return undefined;
  const { store, key } = placeIn(ports, peer, one);
  if (await store.stat(key, signal)) return undefined;
  return missing(job, one.uri, `it is not in ${store.description}`);
}

function missing(job: JobRef, uri: string, why: string): Finding {
  return { code: 'ArtifactMissing', sentence: `${jobKey(job)} needs ${uri}: ${why}` };
}

/** Each step is a sign of life. */
function toldSteps(steps: Steps | undefined, pulse: Pulse): Steps {
  return {
    stepBytes: steps?.stepBytes ?? freeStepBytes,
    async mayPass(stepBytes) {
      await steps?.mayPass(stepBytes);
      pulse.beat({ stage: 'artifacts' } satisfies StageProgress);
    },
  };
}
