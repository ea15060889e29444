/** FlinkDeployments of one zone. */
import type { JobRef } from '../../model/job/job.ts';
import { jobKey } from '../../model/job/job.ts';
import type { FlinkDeployment } from '../../model/job/flink-deployment.ts';
import { jobOf } from '../../model/job/flink-deployment.ts';
import { fieldManager } from '../../model/job/marks.ts';
import { OutsideFailure } from '../failure.ts';
import type { KubernetesClient } from './client.ts';
import { contentTypes } from './client.ts';
import { listAll } from './paging.ts';
import { noObject, type ZoneCluster } from './port.ts';

type Deployments = Pick<
  ZoneCluster,
  'listDeployments' | 'getDeployment' | 'applyDeployment' | 'patchDeployment' | 'deleteDeployment'
>;

function collection(namespace: string): string {
  return `/apis/flink.apache.org/v1beta1/namespaces/${encodeURIComponent(namespace)}/flinkdeployments`;
}

function pathOf(job: JobRef): string {
  return `${collection(job.namespace)}/${encodeURIComponent(job.name)}`;
}

/** List items come without these two, which everything else relies on. */
const typeMeta = { apiVersion: 'flink.apache.org/v1beta1', kind: 'FlinkDeployment' } as const;

export function deploymentsOf(client: KubernetesClient): Deployments {
  const getDeployment = (job: JobRef, signal?: AbortSignal): Promise<FlinkDeployment | undefined> =>
    client.callIfPresent({ method: 'GET', path: pathOf(job), what: `get of flinkdeployment ${jobKey(job)}`, signal });

  return {
    getDeployment,

    async listDeployments(labelSelector, signal) {
      const found: FlinkDeployment[] = [];
      for (const namespace of client.namespaces) {
        const items = await listAll<FlinkDeployment>(client, {
          path: collection(namespace),
          what: `list of flinkdeployments in ${namespace}`,
          ...(labelSelector === undefined ? {} : { query: { labelSelector } }),
          signal,
        });
        found.push(...items.map((item) => ({ ...item, ...typeMeta })));
      }
      return found;
    },

    async applyDeployment(deployment, signal, unchangedSince) {
      const job = jobOf(deployment);
      const what = `apply of flinkdeployment ${jobKey(job)}`;
      try {
        return await client.call<FlinkDeployment>({
          method: 'PATCH',
          path: `${pathOf(job)}?fieldManager=${fieldManager}&force=true`,
          contentType: contentTypes.apply,
          body: applicable(deployment, unchangedSince),
          what,
          signal,
        });
      } catch (error) {
        // A custom resource that exists is not updated over version 0; the server's words for that are of a bad request.
        const refused = error instanceof OutsideFailure && error.failureClass === 'Invalid';
        if (!refused || unchangedSince !== noObject || !(await getDeployment(job, signal))) throw error;
        const sentence = `${client.system}: ${what} met an object that was put there meanwhile.`;
        throw new OutsideFailure('Conflict', client.system, sentence, { cause: error });
      }
    },

    patchDeployment(job, patch, signal) {
      return client.call({
        method: 'PATCH',
        path: `${pathOf(job)}?fieldManager=${fieldManager}`,
        contentType: contentTypes.mergePatch,
        body: patch,
        what: `patch of flinkdeployment ${jobKey(job)}`,
        signal,
      });
    },

    async deleteDeployment(job, { deadlineMs, signal, unchangedSince }) {
      const deadline = client.clock.now() + deadlineMs;
      const found = await getDeployment(job, signal);
      if (!found) return;
      const uid = found.metadata.uid;
      const version = unchangedSince === undefined ? {} : { resourceVersion: unchangedSince };
      await client.callIfPresent({
        method: 'DELETE',
        path: pathOf(job),
        // With the uid: an object that was created anew meanwhile is not ours to delete.
        body: {
          propagationPolicy: 'Background',
          ...(uid === undefined ? {} : { preconditions: { uid, ...version } }),
        },
        what: `delete of flinkdeployment ${jobKey(job)}`,
        signal,
      });
      await waitUntilGone(client, () => getDeployment(job, signal), job, uid, { deadline, deadlineMs, signal });
    },
  };
}

/**
 * What may be applied: metadata that the server owns, taken from another object or another zone, would be refused
 * (uid, managedFields) or would turn the apply into a conditional write (resourceVersion) where none is asked for.
 */
function applicable({ metadata, spec }: FlinkDeployment, resourceVersion: string | undefined): object {
  const { name, namespace, labels, annotations } = metadata;
  const version = resourceVersion === undefined ? {} : { resourceVersion };
  return { ...typeMeta, metadata: { name, namespace, labels, annotations, ...version }, spec };
}

/** The operator's finalizer holds the object until the job's pods are on their way out. */
async function waitUntilGone(
  client: KubernetesClient,
  look: () => Promise<FlinkDeployment | undefined>,
  job: JobRef,
  uid: string | undefined,
  bound: { deadline: number; deadlineMs: number; signal: AbortSignal | undefined },
): Promise<void> {
  for (let pauseMs = 100; ; pauseMs = Math.min(pauseMs * 1.6, 2_000)) {
    const left = await look();
    if (!left || left.metadata.uid !== uid) return;
    const remainingMs = bound.deadline - client.clock.now();
    if (remainingMs <= 0) {
      const finalizers = (left.metadata as { finalizers?: string[] }).finalizers ?? [];
      const holder = finalizers.length > 0 ? `held by the finalizer ${finalizers.join(', ')}` : 'not yet removed';
      throw new OutsideFailure(
        'Unavailable',
        client.system,
        `${client.system}: flinkdeployment ${jobKey(job)} is still there ${bound.deadlineMs} ms after its deletion, ` +
          `${holder}. Check that the Flink operator runs in this zone.`,
      );
    }
    await client.clock.sleep(Math.min(pauseMs, Math.max(remainingMs, 1)), bound.signal);
  }
}
