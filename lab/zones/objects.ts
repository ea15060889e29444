/** The objects every zone has from the start: rights, the jobs' service account, Flink's resource definitions. */
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { cachePaths, repoRoot, type LabZone } from '../layout.ts';
import { operatorVersion } from '../toolchain/tools.ts';
import {
  applyManifest,
  askApi,
  manifestPath,
  objectIs,
  patienceMs,
  readManifestFile,
  type Manifest,
} from './kube-api.ts';

const digestAnnotation = 'az-escape.io/lab-digest';

/** Applies roles, bindings, what reserved room needs, and the jobs' service account. */
export async function applyAccess(zone: LabZone): Promise<void> {
  const deployed = ['cluster-role.yaml', 'placeholders.yaml'].map((file) =>
    readFileSync(join(repoRoot, 'deploy', file), 'utf8'),
  );
  const manifests = [...deployed, readManifestFile('access.yaml')].flatMap((text) =>
    parseAllDocuments(text).map((document) => document.toJS() as Manifest),
  );
  for (const manifest of manifests) await applyManifest(zone, manifest);
}

/** Applies Flink's custom resource definitions, once for each text of them: they are large. */
export async function applyFlinkDefinitions(zone: LabZone): Promise<void> {
  const folder = join(cachePaths.operator(operatorVersion), 'crds');
  const files = readdirSync(folder).filter((file) => /\.ya?ml$/.test(file));
  if (files.length === 0)
    throw new Error(`${folder} holds no resource definitions: run "az-escape lab up" to get them.`);
  await Promise.all(files.map((file) => applyDefinition(zone, readFileSync(join(folder, file), 'utf8'))));
}

async function applyDefinition(zone: LabZone, text: string): Promise<void> {
  const manifest = parse(text) as Manifest;
  const digest = createHash('sha256').update(text).digest('hex');
  const present = await askApi(zone, manifestPath(manifest), { timeoutMs: patienceMs });
  if (present.status === 200) {
    const { metadata } = JSON.parse(present.body) as Manifest;
    if (metadata.annotations?.[digestAnnotation] === digest) return;
  }
  manifest.metadata.annotations = { ...manifest.metadata.annotations, [digestAnnotation]: digest };
  await applyManifest(zone, manifest);
}

/** FlinkDeployments can be listed. */
export const flinkDefinitionsServe = (zone: LabZone) =>
  objectIs(zone, '/apis/flink.apache.org/v1beta1/flinkdeployments?limit=1', 'FlinkDeployments are not served yet');

/** The controller manager has made the account without which no pod is admitted. */
export const defaultAccountExists = (zone: LabZone) =>
  objectIs(zone, '/api/v1/namespaces/default/serviceaccounts/default', 'no default service account yet');
