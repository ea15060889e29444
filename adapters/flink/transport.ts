/** The two ways to a JobManager's REST: through the API server of its zone, or straight by URL. */
import type { Dispatcher } from 'undici';
import type { JobRef } from '../../model/job/job.ts';
import { boundedRequest } from '../bounded-request.ts';
import type { Clock } from '../clock.ts';
import { OutsideFailure } from '../failure.ts';
import type { ZoneCluster } from '../kubernetes/port.ts';

export interface RestRequest {
  method: 'GET' | 'POST' | 'PATCH';
  /** From the REST root, with a slash in front. */
  path: string;
  body?: unknown;
}

/** Sends one request; answers with whatever status Flink gave. @throws OutsideFailure when Flink did not answer */
export type RestTransport = (request: RestRequest, signal?: AbortSignal) => Promise<{ status: number; body: string }>;

/** The operator names the Service of each job so, in native and standalone mode alike. */
const restService = (job: JobRef): string => `${job.name}-rest`;
const restPort = 8081;

/** No route into the pods' network is needed; each call costs the zone's API server some CPU. */
export function viaServiceProxy(cluster: ZoneCluster, job: JobRef, system: string): RestTransport {
  return async (request, signal) => {
    const target = { namespace: job.namespace, service: restService(job), port: restPort };
    try {
      return await cluster.proxyService({ ...target, ...request }, signal);
    } catch (error) {
      if (!(error instanceof OutsideFailure) || error.failureClass !== 'NotFound') throw error;
      // The operator makes the Service with the JobManager: its absence is an early moment, not a wrong address.
      throw new OutsideFailure(
        'Unavailable',
        system,
        `${system}: no Service ${restService(job)}, or nothing behind it, yet.`,
        {
          status: 404,
          cause: error,
        },
      );
    }
  };
}

/** Straight to where the zone's network lets us in. */
export function viaUrl(
  template: string,
  job: JobRef,
  system: string,
  connection: { dispatcher: Dispatcher; timeoutMs: number; clock: Clock },
): RestTransport {
  const base = template
    .replaceAll('{namespace}', encodeURIComponent(job.namespace))
    .replaceAll('{job}', encodeURIComponent(job.name))
    .replace(/\/+$/, '');
  return (request, signal) =>
    boundedRequest({
      system,
      what: describeRequest(request),
      method: request.method,
      url: base + request.path,
      headers: { accept: 'application/json', ...(request.body === undefined ? {} : jsonBody) },
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      ...connection,
      signal,
    });
}

const jsonBody = { 'content-type': 'application/json' };

/** For sentences: "GET /jobs/…/checkpoints". */
export function describeRequest(request: RestRequest): string {
  return `${request.method} ${request.path.split('?')[0]}`;
}
