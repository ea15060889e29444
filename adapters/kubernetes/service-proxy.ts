/** HTTP requests to a Service by way of the API server: no route into the pod network is needed. */
import type { BoundedAnswer } from '../bounded-request.ts';
import type { KubernetesClient } from './client.ts';
import { failureOf, statusOf } from './failure.ts';
import type { ZoneCluster } from './port.ts';

export function serviceProxyOf(client: KubernetesClient): Pick<ZoneCluster, 'proxyService'> {
  return {
    async proxyService(request, signal) {
      const { namespace, service, port } = request;
      const name = `${encodeURIComponent(service)}:${port}`;
      const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/services/${name}/proxy${request.path}`;
      const what = `${request.method} ${request.path.split('?')[0]} by way of service ${namespace}/${service}`;
      const answer = await client.send({ method: request.method, path, what, body: request.body, signal });
      if (isOfApiServer(answer)) throw failureOf(client.system, what, answer);
      return { status: answer.status, body: answer.body };
    },
  };
}

/**
 * Told apart by the body: the API server's own errors (no such service, no endpoints, no permission) are a Status, or
 * plain text when its dial fails midway. What is behind it answers in another form.
 */
function isOfApiServer(answer: BoundedAnswer): boolean {
  if (answer.status < 400) return false;
  return statusOf(answer.body) !== undefined || /^error trying to reach service/i.test(answer.body);
}
