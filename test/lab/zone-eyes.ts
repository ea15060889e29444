/** What the tests see of a zone's pods, and how they take room there, as the administrator of its cluster. */
import { openPodApi, type PodApi } from '../../lab/fleet/pods/api.ts';
import { labZone, type LabZoneName } from '../../lab/layout.ts';
import { imageName } from '../../lab/toolchain/image.ts';
import { parseCpuMillis } from '../../model/capacity/quantity.ts';
import { until } from '../integration/servers/process.ts';

/** As much of a pod as is looked at. */
export interface SeenPod {
  metadata: {
    name: string;
    namespace: string;
    uid: string;
    creationTimestamp: string;
    labels?: Record<string, string>;
  };
  spec: { nodeName?: string; containers: { resources?: { requests?: { cpu?: string } } }[] };
  status: { phase: string };
}

interface SeenEvent {
  reason?: string;
  message?: string;
  involvedObject: { kind?: string; name?: string; namespace?: string };
}

/** A pod of somebody else, that takes what it is told to take of the zone's real node. */
const filler = { namespace: 'default', name: 'of-somebody-else' };

export class ZoneEyes {
  readonly #node: string;
  readonly #api: PodApi;

  constructor(zone: LabZoneName) {
    this.#node = labZone(zone).nodeName;
    this.#api = openPodApi(labZone(zone).adminKubeconfig);
  }

  async close(): Promise<void> {
    await this.#api.close();
  }

  /** All of a namespace, or those with a label. */
  async pods(namespace: string, labelSelector = ''): Promise<SeenPod[]> {
    const query = new URLSearchParams({ labelSelector });
    return (await this.#get<{ items: SeenPod[] }>(`/api/v1/namespaces/${namespace}/pods?${query.toString()}`)).items;
  }

  /** What was told of pods of a namespace. */
  async podEvents(namespace: string): Promise<{ pod: string; reason: string; message: string }[]> {
    const { items } = await this.#get<{ items: SeenEvent[] }>(`/api/v1/namespaces/${namespace}/events`);
    return items
      .filter(({ involvedObject }) => involvedObject.kind === 'Pod')
      .map(({ involvedObject, reason = '', message = '' }) => ({ pod: involvedObject.name ?? '', reason, message }));
  }

  /** Takes of the real node's CPU all that is free but so much, and waits until it is taken. */
  async leaveFree(cpuMillis: number): Promise<void> {
    const node = await this.#get<{ status: { allocatable: { cpu: string } } }>(`/api/v1/nodes/${this.#node}`);
    const onNode = new URLSearchParams({ fieldSelector: `spec.nodeName=${this.#node}` });
    const { items } = await this.#get<{ items: SeenPod[] }>(`/api/v1/pods?${onNode.toString()}`);
    const used = items.flatMap(({ spec }) => spec.containers).map(({ resources }) => cpuOf(resources?.requests?.cpu));
    const free = cpuOf(node.status.allocatable.cpu) - used.reduce((sum, cpu) => sum + cpu, 0);
    if (free < cpuMillis) throw new Error(`${this.#node} has ${free} millicores free, fewer than ${cpuMillis}.`);
    const requests = { cpu: `${free - cpuMillis}m` };
    const answer = await this.#api.send('POST', `/api/v1/namespaces/${filler.namespace}/pods`, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: filler,
      spec: {
        terminationGracePeriodSeconds: 0,
        containers: [{ name: 'main', image: imageName, resources: { requests } }],
      },
    });
    if (answer.status !== 201) throw new Error(`the pod that fills ${this.#node}: ${answer.status} ${answer.body}`);
    const path = `/api/v1/namespaces/${filler.namespace}/pods/${filler.name}`;
    await until(async () => (await this.#get<SeenPod>(path)).status.phase === 'Running', 60_000);
  }

  /** Gives back what `leaveFree` took. */
  async giveRoom(): Promise<void> {
    const path = `/api/v1/namespaces/${filler.namespace}/pods/${filler.name}`;
    await this.#api.send('DELETE', path);
    await until(async () => (await this.#api.send('GET', path)).status === 404, 60_000);
  }

  async #get<T>(path: string): Promise<T> {
    const { status, body } = await this.#api.send('GET', path);
    if (status !== 200) throw new Error(`GET ${path}: ${status} ${body.slice(0, 200)}`);
    return JSON.parse(body) as T;
  }
}

function cpuOf(text: string | undefined): number {
  return parseCpuMillis(text ?? '0') ?? 0;
}
