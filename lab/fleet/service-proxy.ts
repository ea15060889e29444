/**
 * Makes the REST of simulated jobs reachable the way that real ones are: by the API server's proxy to a Service of each
 * job. That proxy takes an address only if it is that of a pod (seen with 1.36: Endpoints without a reference to a pod
 * that has the address are passed over, EndpointSlices are not read), so one pod that never runs stands for all jobs.
 */
import pMap from 'p-map';
import { post } from './create-fleet.ts';
import { fleetNamespace, simulatedJob, type FleetJob } from './fleet-jobs.ts';
import type { PodApi } from './pods/api.ts';

const podName = 'simulated-rest';

/** Objects in the making at once. */
const atOnce = 16;

/** `address` must not be of the loopback, which API servers refuse. */
export async function publishRest(
  api: PodApi,
  jobs: readonly FleetJob[],
  { address, port }: { address: string; port: number },
): Promise<void> {
  const namespaced = `/api/v1/namespaces/${fleetNamespace}`;
  await post(api, `${namespaced}/pods`, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: podName, labels: simulatedJob },
    spec: {
      // No scheduler takes it, so no kubelet gives it another address.
      schedulingGates: [{ name: 'az-escape.io/simulated' }],
      containers: [{ name: 'none', image: 'simulated' }],
    },
  });
  const status = { podIP: address, podIPs: [{ ip: address }] };
  const patched = await api.send(
    'PATCH',
    `${namespaced}/pods/${podName}/status`,
    { status },
    'application/merge-patch+json',
  );
  if (patched.status >= 300)
    throw new Error(`pod ${podName} got no address: ${patched.status} ${patched.body.slice(0, 200)}`);
  const targetRef = { kind: 'Pod', namespace: fleetNamespace, name: podName };
  const publish = async (job: FleetJob): Promise<void> => {
    const metadata = { name: `${job.name}-rest`, labels: simulatedJob };
    await post(api, `${namespaced}/services`, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      // Without an address of its own: a zone has but few.
      spec: { clusterIP: 'None', ports: [{ name: 'rest', port: 8081, targetPort: port }] },
    });
    await post(api, `${namespaced}/endpoints`, {
      apiVersion: 'v1',
      kind: 'Endpoints',
      metadata,
      subsets: [{ addresses: [{ ip: address, targetRef }], ports: [{ name: 'rest', port }] }],
    });
  };
  await pMap(jobs, publish, { concurrency: atOnce });
}
