/** The simulated Flink within one process: the product's own adapter over answers that travel over no network. */
import { jobManagerOver } from '../../adapters/flink/job-manager.ts';
import type { FlinkJobManager } from '../../adapters/flink/port.ts';
import type { RestAnswer } from './rest-answers.ts';
import { routeOf, type Operation, type RestRequest } from './rest-routes.ts';

/** Brings one request to where it is answered. @throws OutsideFailure when it does not come to that */
export type Send = (operation: Operation, request: RestRequest, signal: AbortSignal | undefined) => Promise<RestAnswer>;

/** @param system for failures: "flink az-b/default/orders" */
export function simulatedJobManager(send: Send, system: string): FlinkJobManager {
  return jobManagerOver(async (request, signal) => {
    const route = routeOf(request);
    if (!route) throw new Error(`the simulated Flink does not know ${request.method} ${request.path}`);
    const { status, body } = await send(route.operation, request, signal);
    return { status, body: typeof body === 'string' ? body : JSON.stringify(body) };
  }, system);
}
