/** Asks a sample job what it counted, by Flink's REST API. */
import { fieldsOf, flinkRest, listIn, type GetJson } from './flink-rest.ts';
import {
  aggregateSampleJobMetrics,
  parseMetricId,
  type SampleJobObservation,
  type VertexMetric,
} from './observation.ts';

export type { SampleJobObservation } from './observation.ts';

/**
 * What the one job of a cluster says of itself.
 * @param baseUrl of the REST API, such as `http://10.0.0.1:8081`.
 * @param options.timeoutMs of each of the four or so requests; default 3,000.
 * @returns undefined while there is no JobManager, no job or not yet every metric, which is usual for some seconds after
 * a start: ask again.
 */
export async function observeSampleJob(
  baseUrl: string,
  options: { timeoutMs?: number } = {},
): Promise<SampleJobObservation | undefined> {
  try {
    return await observeBy(flinkRest(baseUrl, options.timeoutMs));
  } catch {
    // Not reachable, not found or not JSON: the job is not there yet, or no longer.
    return undefined;
  }
}

/**
 * The same over any transport, such as the API server's service proxy.
 * @throws what the transport throws.
 */
export async function observeBy(get: GetJson): Promise<SampleJobObservation | undefined> {
  const jobId = fieldsOf(listIn(await get('/jobs'), 'jobs')[0])['id'];
  if (typeof jobId !== 'string') return undefined;
  for (const vertex of listIn(await get(`/jobs/${jobId}`), 'vertices').map(fieldsOf)) {
    const metrics = await sampleMetrics(get, `/jobs/${jobId}/vertices/${String(vertex['id'])}/metrics`);
    if (metrics.length > 0) return aggregateSampleJobMetrics(metrics, Number(vertex['parallelism']));
  }
  return undefined;
}

async function sampleMetrics(get: GetJson, path: string): Promise<VertexMetric[]> {
  const ids = asMetrics(await get(path)).flatMap(({ id }) => (parseMetricId(id) ? [id] : []));
  return ids.length === 0 ? [] : asMetrics(await get(`${path}?get=${ids.map(encodeURIComponent).join(',')}`));
}

function asMetrics(answer: unknown): VertexMetric[] {
  return (Array.isArray(answer) ? answer : []).map(fieldsOf).flatMap(({ id, value }) => {
    if (typeof id !== 'string') return [];
    return [typeof value === 'string' ? { id, value } : { id }];
  });
}
