/** Reads the free room of the peer zone for the plan. It is a forecast: whatever hinders it is noted and not thrown. */
import { formatDurationMs } from '../../model/duration.ts';
import type { RoomSeen } from '../../model/capacity/zone-room.ts';
import { retry } from '../../adapters/retry.ts';
import { type Clock, type Clusters, type Configured, zoneConfig } from '../../adapters/ports.ts';

/** Between two tries of a list that may succeed yet. */
const pauseMs = 250;

/** What could be read within `escape.roomDeadline`, and a note for each part that could not. */
export async function seeRoom(
  ports: Configured & Clusters & Clock,
  zone: string,
  signal: AbortSignal,
): Promise<{ room: RoomSeen; notes: string[] }> {
  const cluster = ports.cluster(zone);
  const deadlineMs = ports.config.escape.roomDeadlineMs;
  const bound = AbortSignal.any([signal, ports.timeout(deadlineMs)]);
  const sleep = (ms: number) => ports.sleep(ms, bound);
  const notes: string[] = [];
  const attempt = async <T>(what: string, read: (within: AbortSignal) => Promise<T>): Promise<T | null> => {
    try {
      return await retry(() => read(bound), { after: 'retryable', pauseMs }, { sleep });
    } catch (error) {
      signal.throwIfAborted();
      const why = bound.aborted ? `not read within ${formatDurationMs(deadlineMs)}` : messageOf(error);
      notes.push(`room by ${what} of ${zone} was not judged: ${why}`);
      return null;
    }
  };
  const seeNodes = () =>
    attempt('nodes', async (within) => {
      const [nodes, pods] = await Promise.all([cluster.listNodes(within), cluster.listPodRequests(within)]);
      return { nodes, pods };
    });
  const { autoscaled } = zoneConfig(ports, zone).kubernetes;
  const [nodes, quotas] = await Promise.all([
    autoscaled ? null : seeNodes(),
    attempt('quotas', (within) => cluster.listQuotas(within)),
  ]);
  return { room: { nodes, quotas }, notes: notes.toSorted() };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
