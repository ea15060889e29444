/** Opens a zone's Kubernetes. */
import type { ZoneConfig } from '../../model/config/types.ts';
import type { Clock } from '../clock.ts';
import { openClient } from './client.ts';
import { configMapsOf } from './config-maps.ts';
import { deploymentsOf } from './deployments.ts';
import { eventsOf } from './events.ts';
import { placeholdersOf } from './placeholders.ts';
import { podsOf } from './pods.ts';
import type { ZoneCluster } from './port.ts';
import { roomOf } from './room.ts';
import { serviceProxyOf } from './service-proxy.ts';

/**
 * The cluster of a zone. Nothing is read or connected before the first call, so that a zone whose kubeconfig is
 * missing hinders no other zone; a bad kubeconfig fails each call as `Invalid`.
 */
export function openCluster(zone: ZoneConfig, clock: Clock): ZoneCluster {
  const client = openClient(zone, clock);
  return {
    zone: zone.name,
    ...deploymentsOf(client),
    ...configMapsOf(client),
    ...podsOf(client),
    ...eventsOf(client),
    ...roomOf(client),
    ...placeholdersOf(client),
    ...serviceProxyOf(client),
    async ping(deadlineMs) {
      // Anonymous callers may read it too, but a token that is not accepted is still a 401.
      const call = { method: 'GET', path: '/version', what: 'get of the version', timeoutMs: deadlineMs } as const;
      return (await client.call<{ gitVersion: string }>(call)).gitVersion;
    },
    close: () => client.close(),
  };
}
