/** Reading Flink's REST API: as little as the lab needs, and defensive about what comes back. */

/** A GET of a path of the REST API that gives the parsed JSON of a 200 answer, and throws on anything else. */
export type GetJson = (path: string) => Promise<unknown>;

/**
 * A reader of the API at `baseUrl`, such as `http://10.0.0.1:8081`.
 * @param timeoutMs of each request.
 */
export function flinkRest(baseUrl: string, timeoutMs = 3_000): GetJson {
  return async (path) => {
    const response = await fetch(new URL(path, baseUrl), { signal: AbortSignal.timeout(timeoutMs) });
    if (!response.ok) throw new Error(`${baseUrl}${path} answers ${response.status}`);
    return await response.json();
  };
}

/** The fields of a JSON object; none if it is something else. */
export function fieldsOf(json: unknown): Record<string, unknown> {
  return typeof json === 'object' && json !== null && !Array.isArray(json) ? (json as Record<string, unknown>) : {};
}

/** The list in a field of a JSON object; empty if there is none. */
export function listIn(json: unknown, field: string): unknown[] {
  const list = fieldsOf(json)[field];
  return Array.isArray(list) ? list : [];
}
