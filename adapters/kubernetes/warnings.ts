/**
 * The Warnings of a namespace, read once for all jobs of it. An API server keeps Events in no cache and finds none by
 * name: each question, however narrow, has it read and decode every Event of the namespace from etcd.
 */
import { orAborted } from '../or-aborted.ts';
import type { KubernetesClient } from './client.ts';
import { listAll } from './paging.ts';
import type { EventSummary } from './port.ts';

interface EventObject {
  metadata: { creationTimestamp?: string };
  type?: string;
  reason?: string;
  message?: string;
  note?: string;
  involvedObject?: { kind?: string; name?: string };
  lastTimestamp?: string | null;
  eventTime?: string | null;
  series?: { lastObservedTime?: string } | null;
  firstTimestamp?: string | null;
}

/** Of the time, what reading may take: the longer it took, or failed to, the longer what it brought is shared. */
const shareOfTime = 0.05;
const leastSharedMs = 1_000;

/** So that what was told of a job by then is known within a minute, however slow the API server is. */
const mostSharedMs = 50_000;

/** Of one reading. Who waits for it has a shorter patience of its own. */
const deadlineMs = 30_000;

/** By what they are about: of ten thousand Warnings each job picks its few. */
export interface Warnings {
  /** By the name of their object, of whatever kind but a ReplicaSet. */
  byName: ReadonlyMap<string, readonly EventSummary[]>;
  ofReplicaSets: readonly EventSummary[];
}

/** Answers with the Warnings of a namespace, up to a minute old. @throws OutsideFailure; the reason of `signal` */
export function warningsOf(client: KubernetesClient): (namespace: string, signal?: AbortSignal) => Promise<Warnings> {
  const shared = new Map<string, Promise<Warnings>>();

  function read(namespace: string): Promise<Warnings> {
    const beganMs = client.clock.now();
    const listed = listAll<EventObject, EventSummary>(
      client,
      {
        path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/events`,
        query: { fieldSelector: 'type=Warning' },
        what: `list of warnings in ${namespace}`,
        signal: client.clock.timeout(deadlineMs),
      },
      summarizeEvent,
    );
    const reading = listed.then(inOrder);
    shared.set(namespace, reading);
    const forgetLater = (): void => {
      const sharedMs = (client.clock.now() - beganMs) / shareOfTime;
      const over = client.clock.timeout(Math.min(mostSharedMs, Math.max(leastSharedMs, sharedMs)));
      over.addEventListener('abort', () => shared.delete(namespace), { once: true });
    };
    reading.then(forgetLater, forgetLater);
    return reading;
  }

  return (namespace, signal) => orAborted(shared.get(namespace) ?? read(namespace), signal);
}

function inOrder(warnings: EventSummary[]): Warnings {
  const [replicaSets, others] = [[] as EventSummary[], new Map<string, EventSummary[]>()];
  for (const warning of warnings) {
    const [kind, name = ''] = warning.object.split('/');
    if (kind === 'ReplicaSet') replicaSets.push(warning);
    else if (!others.get(name)?.push(warning)) others.set(name, [warning]);
  }
  return { byName: others, ofReplicaSets: replicaSets };
}

function summarizeEvent(event: EventObject): EventSummary {
  const { kind = 'Object', name = '' } = event.involvedObject ?? {};
  return {
    type: event.type ?? 'Normal',
    reason: event.reason ?? '',
    message: event.message ?? event.note ?? '',
    object: `${kind}/${name}`,
    // Older reporters fill lastTimestamp, newer ones (the scheduler) eventTime and series.
    at:
      event.series?.lastObservedTime ??
      event.lastTimestamp ??
      event.eventTime ??
      event.firstTimestamp ??
      event.metadata.creationTimestamp ??
      '',
  };
}
