/** Takes a fleet out of an API server; its namespace stays, empty. */
import { fleetNamespace } from './fleet-jobs.ts';
import type { PodApi } from './pods/api.ts';

const core = `/api/v1/namespaces/${fleetNamespace}`;
const flink = `/apis/flink.apache.org/v1beta1/namespaces/${fleetNamespace}`;

/** Kinds in the order in which they go: jobs before what makes them reachable. */
const collections = [`${flink}/flinkdeployments`, `${core}/endpoints`, `${core}/configmaps`, `${core}/pods`];

/** @throws when the API server refuses or is away */
export async function deleteFleet(api: PodApi): Promise<void> {
  for (const path of collections) await expect(api, 'DELETE', path);
  // Services cannot be deleted all at once by older API servers.
  const { items } = JSON.parse(await expect(api, 'GET', `${core}/services`)) as {
    items: { metadata: { name: string } }[];
  };
  for (const { metadata } of items) await expect(api, 'DELETE', `${core}/services/${metadata.name}`);
}

async function expect(api: PodApi, method: 'GET' | 'DELETE', path: string): Promise<string> {
  const answer = await api.send(method, path);
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.body.slice(0, 200)}`);
  return answer.body;
}
