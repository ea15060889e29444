/** What the sample jobs need of a zone's Kubernetes, by the zone's own kubeconfig. */
import {
  ApiException,
  KubeConfig,
  KubernetesObjectApi,
  PatchStrategy,
  type KubernetesObject,
} from '@kubernetes/client-node';
import type { JobRef } from '../../model/job/job.ts';
import type { FlinkDeployment } from '../../model/job/flink-deployment.ts';
import { labZone, type LabZoneName } from '../layout.ts';

/** Not the product's own: here the lab acts as the owner of the jobs does. */
const fieldManager = 'az-escape-lab';

export interface SampleZoneClient {
  getDeployment(job: JobRef): Promise<FlinkDeployment | undefined>;
  /** Server-side apply without force: it fails where somebody else has set a field to another value. */
  applyDeployment(deployment: FlinkDeployment): Promise<void>;
  /** Base URL of the job's REST API, reachable from the host by the lab's routes; undefined while there is none. */
  restUrl(job: JobRef): Promise<string | undefined>;
}

/** A client of one zone of the lab. */
export function sampleZoneClient(zone: LabZoneName): SampleZoneClient {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromFile(labZone(zone).adminKubeconfig);
  const objects = KubernetesObjectApi.makeApiClient(kubeConfig);
  const read = async <T extends KubernetesObject>(
    apiVersion: string,
    kind: string,
    name: string,
    namespace: string,
  ) => {
    try {
      return await objects.read<T>({ apiVersion, kind, metadata: { name, namespace } });
    } catch (error) {
      if (error instanceof ApiException && error.code === 404) return undefined;
      throw error;
    }
  };
  return {
    getDeployment: async (job) =>
      (await read('flink.apache.org/v1beta1', 'FlinkDeployment', job.name, job.namespace)) as
        FlinkDeployment | undefined,
    applyDeployment: async (deployment) => {
      await objects.patch(
        deployment as unknown as KubernetesObject,
        undefined,
        undefined,
        fieldManager,
        undefined,
        PatchStrategy.ServerSideApply,
      );
    },
    restUrl: async (job) => {
      const service = await read<RestService>('v1', 'Service', `${job.name}-rest`, job.namespace);
      const [address, port] = [
        service?.spec?.clusterIP,
        service?.spec?.ports?.find(({ name }) => name === 'rest')?.port,
      ];
      return address === undefined || address === 'None' || port === undefined
        ? undefined
        : `http://${address}:${port}`;
    },
  };
}

interface RestService extends KubernetesObject {
  spec?: { clusterIP?: string; ports?: { name?: string; port: number }[] };
}
