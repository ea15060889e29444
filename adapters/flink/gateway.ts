/** Finds the JobManager of each job. */
import { Agent } from 'undici';
import type { ZoneConfig } from '../../model/config/types.ts';
import { jobKey } from '../../model/job/job.ts';
import type { Clock } from '../clock.ts';
import { OutsideFailure } from '../failure.ts';
import type { ZoneCluster } from '../kubernetes/port.ts';
import { jobManagerOver } from './job-manager.ts';
import type { FlinkGateway } from './port.ts';
import { viaServiceProxy, viaUrl } from './transport.ts';

/** A JobManager that is not there yet refuses or drops connections; neither may hold up the next look at it. */
const connectTimeoutMs = 3_000;

/**
 * @param clusters by zone, for zones whose Flink is reached by service proxy
 * @param zones by name
 */
export function createFlinkGateway(
  clusters: Readonly<Record<string, ZoneCluster>>,
  zones: Readonly<Record<string, ZoneConfig>>,
  clock: Clock,
): FlinkGateway & { close(): Promise<void> } {
  // Thousands of JobManagers, asked every few seconds: connections are kept between looks, few to each.
  const dispatcher = new Agent({
    allowH2: false,
    connections: 4,
    keepAliveTimeout: 30_000,
    connect: { timeout: connectTimeoutMs },
  });
  return {
    jobManager(zoneName, job) {
      const system = `flink ${zoneName}/${jobKey(job)}`;
      const zone = zones[zoneName];
      const cluster = clusters[zoneName];
      if (zone?.flinkRest.via === 'url') {
        const connection = { dispatcher, timeoutMs: zone.kubernetes.requestTimeoutMs, clock };
        return jobManagerOver(viaUrl(zone.flinkRest.template, job, system, connection), system);
      }
      if (!zone || !cluster) {
        throw new OutsideFailure('Invalid', system, `${system}: no zone "${zoneName}" is configured.`);
      }
      return jobManagerOver(viaServiceProxy(cluster, job, system), system);
    },
    close: () => dispatcher.destroy(),
  };
}
