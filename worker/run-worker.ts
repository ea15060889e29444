/** The worker process: workflows from the prebuilt bundle, activities over the real world. */
import { existsSync } from 'node:fs';
import { metricMeter } from '@temporalio/activity';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import type { Logger } from 'pino';
import { activityPulse } from '../activities/shared/pulse.ts';
import type { Pulse, Ports } from '../adapters/ports.ts';
import type { Config } from '../model/config/types.ts';
import { createActivities } from '../activities/index.ts';
import { buildBundle, bundlePath } from '../runtime/build-bundle.ts';
import { classFailures } from '../activities/shared/failure-interceptor.ts';
import { temporalOptions } from '../client/temporal.ts';
import { openPorts } from '../runtime/open-ports.ts';

/**
 * Verifications wait far more than they work, so many fit in one process. More than are watched at once: else the
 * starts of the next wave would wait for a place behind them.
 */
const activitiesAtOnce = 5000;

/** Sends the SDK's own log lines through ours, and offers its metrics to Prometheus if asked to. Once per process. */
export function installRuntime(log: Logger, metricsAddress?: string): void {
  const levels = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;
  Runtime.install({
    logger: new DefaultLogger('INFO', ({ level, message, meta }) =>
      log[levels[level]]({ ...meta, sdk: true }, message),
    ),
    telemetryOptions: {
      logging: { forward: {}, filter: { core: 'WARN', other: 'WARN' } },
      ...(metricsAddress === undefined
        ? {}
        : {
            metrics: {
              prometheus: { bindAddress: metricsAddress, countersTotalSuffix: true, useSecondsForDurations: true },
            },
          }),
    },
    shutdownSignals: [],
  });
}

/** Runs a worker until `signal` is aborted. `ready` is called once it polls. */
export async function runWorker(config: Config, log: Logger, signal: AbortSignal, ready: () => void): Promise<void> {
  if (!existsSync(bundlePath)) await buildBundle();
  const { connection: options, namespace } = temporalOptions(config);
  const connection = await NativeConnection.connect(options);
  const world = openPorts(config, log);
  try {
    const worker = await createWorker(connection, namespace, config, world);
    signal.addEventListener('abort', () => worker.shutdown(), { once: true });
    const run = worker.run();
    ready();
    await run;
  } finally {
    await world.close();
    await connection.close();
  }
}

/** The worker itself, over whatever world and pulse it is given: tests give it others. */
export function createWorker(
  connection: NativeConnection,
  namespace: string,
  config: Config,
  ports: Ports,
  pulse: () => Pulse = activityPulse,
): Promise<Worker> {
  return Worker.create({
    connection,
    namespace,
    taskQueue: config.temporal.taskQueue,
    workflowBundle: { codePath: bundlePath },
    activities: createActivities(ports, pulse, () => metricMeter),
    interceptors: { activity: [() => ({ inbound: classFailures })] },
    maxConcurrentActivityTaskExecutions: activitiesAtOnce,
    maxConcurrentWorkflowTaskExecutions: 40,
    maxCachedWorkflows: 500,
    // A dead worker's workflows are taken over after this long; the default of 10 s is a tenth of a P0's time.
    stickyQueueScheduleToStartTimeout: '2s',
    maxHeartbeatThrottleInterval: '1s',
    defaultHeartbeatThrottleInterval: '1s',
    shutdownGraceTime: '5s',
  });
}
