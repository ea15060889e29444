/** The few requests the lab itself sends to a zone's API server. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LabZone } from '../layout.ts';
import { ask, type Answer } from './ask.ts';
import { certificateFile, readToken } from './credentials.ts';

/** A Kubernetes object as its manifest has it. */
export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; annotations?: Record<string, string> };
  [field: string]: unknown;
}

/** For what is asked once and not again: the API server of a zone that is just coming up may be busy for seconds. */
export const patienceMs = 20_000;

/** Plural names of the kinds the lab's own manifests use. */
const plurals: Readonly<Record<string, string>> = {
  ClusterRole: 'clusterroles',
  ClusterRoleBinding: 'clusterrolebindings',
  CustomResourceDefinition: 'customresourcedefinitions',
  Namespace: 'namespaces',
  PriorityClass: 'priorityclasses',
  Role: 'roles',
  RoleBinding: 'rolebindings',
  ServiceAccount: 'serviceaccounts',
};

/** Path of an object in the API. */
export function manifestPath(manifest: Manifest): string {
  const plural = plurals[manifest.kind];
  if (!plural)
    throw new Error(`The lab does not know the plural of ${manifest.kind}: add it in lab/zones/kube-api.ts.`);
  const group = manifest.apiVersion.includes('/') ? `/apis/${manifest.apiVersion}` : `/api/${manifest.apiVersion}`;
  const namespace = manifest.metadata.namespace ? `/namespaces/${manifest.metadata.namespace}` : '';
  return `${group}${namespace}/${plural}/${manifest.metadata.name}`;
}

/** Sends a request to a zone's API server as the lab's administrator. */
export async function askApi(
  zone: LabZone,
  path: string,
  question: { method?: string; body?: string; contentType?: string; timeoutMs?: number } = {},
): Promise<Answer> {
  const { contentType, ...rest } = question;
  return await ask(`${zone.apiServer}${path}`, {
    ...rest,
    caFile: certificateFile(zone),
    headers: {
      authorization: `Bearer ${readToken(zone, 'admin')}`,
      ...(contentType ? { 'content-type': contentType } : {}),
    },
  });
}

/**
 * Creates or updates an object by server-side apply.
 * @throws with the API server's message when it refuses.
 */
export async function applyManifest(zone: LabZone, manifest: Manifest): Promise<void> {
  const answer = await askApi(zone, `${manifestPath(manifest)}?fieldManager=az-escape-lab&force=true`, {
    method: 'PATCH',
    body: JSON.stringify(manifest),
    contentType: 'application/apply-patch+yaml',
    timeoutMs: patienceMs,
  });
  if (answer.status >= 300)
    throw new Error(
      `${zone.name} refuses ${manifest.kind} ${manifest.metadata.name}: ${answer.status} ${answer.body.slice(0, 400)}`,
    );
}

/** A check that an object exists, and that its JSON satisfies `accept`. */
export function objectIs(zone: LabZone, path: string, what: string, accept: (object: never) => boolean = () => true) {
  return async (): Promise<string | undefined> => {
    if (!existsSync(certificateFile(zone))) return `${what}: the API server has no certificate yet`;
    const answer = await askApi(zone, path);
    if (answer.status !== 200) return `${what}: the API server answers ${answer.status}`;
    return accept(JSON.parse(answer.body) as never) ? undefined : what;
  };
}

/** Text of a manifest file beside this code. */
export function readManifestFile(name: string): string {
  return readFileSync(join(import.meta.dirname, 'manifests', name), 'utf8');
}
