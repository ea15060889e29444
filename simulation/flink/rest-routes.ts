/** The calls of Flink's REST that the product makes, by the name that the simulation gives each. */

export interface RestRequest {
  method: string;
  /** From the REST root, with a slash in front; perhaps with a query. */
  path: string;
  body?: unknown;
}

export interface Route {
  operation: Operation;
  /** Empty where the call is of no job. */
  jobId: string;
  /** Empty where the call is of no trigger. */
  triggerId: string;
  query: URLSearchParams;
}

const job = '/jobs/([^/]+)';

const routes = {
  version: ['GET', '/config'],
  jobs: ['GET', '/jobs'],
  job: ['GET', job],
  checkpoints: ['GET', `${job}/checkpoints`],
  'checkpoints config': ['GET', `${job}/checkpoints/config`],
  exceptions: ['GET', `${job}/exceptions`],
  triggerCheckpoint: ['POST', `${job}/checkpoints`],
  checkpointStatus: ['GET', `${job}/checkpoints/([^/]+)`],
  triggerSavepoint: ['POST', `${job}/savepoints`],
  savepointStatus: ['GET', `${job}/savepoints/([^/]+)`],
} as const;

export type Operation = keyof typeof routes;

const known = Object.entries(routes).map(([operation, [method, path]]) => {
  return { operation: operation as Operation, method, path: new RegExp(`^${path}$`) };
});

/** Undefined for a call that the simulation does not know. */
export function routeOf({ method, path }: Pick<RestRequest, 'method' | 'path'>): Route | undefined {
  const [bare = '', query] = path.split('?');
  for (const route of known) {
    const found = route.method === method ? route.path.exec(bare) : null;
    if (!found) continue;
    const [, jobId = '', triggerId = ''] = found.map((part) => decodeURIComponent(part));
    return { operation: route.operation, jobId, triggerId, query: new URLSearchParams(query) };
  }
  return undefined;
}
