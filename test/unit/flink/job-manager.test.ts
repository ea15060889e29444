/** The Flink adapter by URL, against recorded answers. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../adapters/clock.ts';
import { OutsideFailure } from '../../../adapters/failure.ts';
import { createFlinkGateway } from '../../../adapters/flink/gateway.ts';
import type { FlinkJobManager } from '../../../adapters/flink/port.ts';
import type { ZoneCluster } from '../../../adapters/kubernetes/port.ts';
import type { ZoneConfig } from '../../../model/config/types.ts';
import type { FlinkServer } from './flink-server.ts';
import { startFlinkServer } from './flink-server.ts';
import { recorded } from '../../../simulation/flink/recorded.ts';
import { failureOf } from '../../outside-failure.ts';

const jobId = '00000000000000000000000000000abc';
const triggerId = '1'.repeat(32);
const job = { namespace: 'default', name: 'orders' };

let server: FlinkServer;
let gateway: ReturnType<typeof createFlinkGateway>;
let manager: FlinkJobManager;

function zone(flinkRest: ZoneConfig['flinkRest'], requestTimeoutMs = 2_000): ZoneConfig {
  return {
    name: 'az-b',
    peer: 'az-a',
    kubernetes: { kubeconfig: '', context: undefined, namespaces: ['default'], requestTimeoutMs, autoscaled: false },
    flinkRest,
    stores: {},
    overlay: {},
  };
}

beforeEach(async () => {
  server = await startFlinkServer();
  gateway = createFlinkGateway(
    {},
    { 'az-b': zone({ via: 'url', template: `${server.url}/{namespace}/{job}/` }, 500) },
    systemClock(),
  );
  manager = gateway.jobManager('az-b', job);
});

afterEach(async () => {
  await gateway.close();
  await server.close();
});

function answer(line: string, name: string): void {
  const [method, path] = line.split(' ');
  server.answers.set(`${method} /default/orders${path}`, recorded(name));
}

describe('what Flink answers', () => {
  test('jobs and version', async () => {
    answer('GET /jobs', 'jobs');
    answer('GET /config', 'config');
    expect(await manager.jobs()).toEqual([{ id: jobId, status: 'RUNNING' }]);
    expect(await manager.version()).toBe('1.20.0');
  });

  test('a job, its tasks by state', async () => {
    answer(`GET /jobs/${jobId}`, 'job-running');
    const detail = await manager.job(jobId);
    expect(detail).toMatchObject({ id: jobId, name: 'lab-job', state: 'RUNNING' });
    expect(detail.vertices.map((vertex) => [vertex.parallelism, vertex.tasks['RUNNING']])).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });

  test('checkpoints after a restore', async () => {
    answer(`GET /jobs/${jobId}/checkpoints`, 'checkpoints-restored');
    const statistics = await manager.checkpoints(jobId);
    expect(statistics.counts).toEqual({ restored: 1, completed: 2, failed: 0, inProgress: 0 });
    expect(statistics.restored).toMatchObject({
      id: 6,
      isSavepoint: true,
      externalPath: 'file:/snapshots/orders/snap-6',
    });
    expect(statistics.latestCompleted).toMatchObject({ id: 8, isSavepoint: false, stateSizeBytes: 102_356_433 });
    expect(statistics.latestSavepoint).toBeUndefined();
  });

  test('checkpoints of a job that never was restored', async () => {
    answer(`GET /jobs/${jobId}/checkpoints`, 'checkpoints-running');
    const running = await manager.checkpoints(jobId);
    expect(running.restored).toBeUndefined();
    expect(running.counts.inProgress).toBe(1);
    expect(running.underWay).toEqual([{ id: 3, isSavepoint: false, triggerTimestampMs: 1795226124922 }]);
  });

  test('exceptions, newest first, with their stack traces', async () => {
    answer(`GET /jobs/${jobId}/exceptions`, 'exceptions-checksum');
    const { entries } = await manager.exceptions(jobId);
    expect(entries[0]?.stacktrace).toContain('RocksDBException: checksum mismatch');
    expect(entries[0]!.timestampMs).toBeGreaterThan(entries[1]!.timestampMs);
    expect(server.asked[0]?.line).toContain('maxExceptions=');
  });
});

describe('savepoints', () => {
  const status = (): ReturnType<FlinkJobManager['savepointStatus']> => manager.savepointStatus(jobId, triggerId);
  const line = `GET /jobs/${jobId}/savepoints/${triggerId}`;

  test('are asked for natively, under our trigger id, without stopping the job', async () => {
    answer(`POST /jobs/${jobId}/savepoints`, 'savepoint-triggered');
    await manager.triggerSavepoint({ jobId, triggerId, targetDirectory: 's3p://az-b/snapshots' });
    expect(server.asked[0]?.body).toEqual({
      'target-directory': 's3p://az-b/snapshots',
      'cancel-job': false,
      formatType: 'NATIVE',
      triggerId,
    });
  });

  test('under way', async () => {
    answer(line, 'savepoint-in-progress');
    expect(await status()).toEqual({ state: 'in-progress' });
  });

  test('done', async () => {
    answer(line, 'savepoint-completed');
    expect(await status()).toMatchObject({
      state: 'completed',
      value: { location: expect.stringContaining('file:/') },
    });
  });

  test('called COMPLETED by Flink, but failed', async () => {
    answer(line, 'savepoint-failed');
    expect(await status()).toEqual({
      state: 'failed',
      cause: 'java.io.IOException: Failed to create savepoint directory at file:/proc/nope',
    });
  });

  test('unknown after five minutes or a new JobManager', async () => {
    answer(line, 'savepoint-unknown');
    expect(await status()).toEqual({ state: 'unknown' });
  });
});

describe('checkpoints on demand', () => {
  const line = `GET /jobs/${jobId}/checkpoints/${triggerId}`;

  test.each([
    [
      { status: { id: 'COMPLETED' }, operation: { checkpointId: 7 } },
      { state: 'completed', value: { checkpointId: 7 } },
    ],
    [
      {
        status: { id: 'COMPLETED' },
        operation: { failureCause: { class: 'a.B', 'stack-trace': 'a.B: no\n\tat x.y' } },
      },
      { state: 'failed', cause: 'a.B: no' },
    ],
    [{ status: { id: 'IN_PROGRESS' }, operation: null }, { state: 'in-progress' }],
    [
      { status: { id: 'COMPLETED' }, operation: null },
      { state: 'failed', cause: expect.stringContaining('neither') },
    ],
  ])('%j', async (body, expected) => {
    server.answers.set(line.replace(' ', ' /default/orders'), { status: 200, body });
    expect(await manager.checkpointStatus(jobId, triggerId)).toEqual(expected);
  });

  test('unknown', async () => {
    answer(line, 'checkpoint-unknown');
    expect(await manager.checkpointStatus(jobId, triggerId)).toEqual({ state: 'unknown' });
  });
});

describe('failures', () => {
  const path = `GET /default/orders/jobs/${jobId}`;

  test('a job that Flink does not know is NotFound, in one line', async () => {
    answer(`GET /jobs/${jobId}`, 'job-unknown');
    const failure = await failureOf(manager.job(jobId));
    expect(failure).toMatchObject({ failureClass: 'NotFound', status: 404 });
    expect(failure.message).toBe(
      `flink az-b/default/orders: GET /jobs/${jobId} was refused by Flink (404): ` +
        'org.apache.flink.runtime.messages.FlinkJobNotFoundException: Could not find Flink job (ffffffffffffffffffffffffffffffff).',
    );
  });

  test.each([
    [404, '<html>no such backend</html>', 'Unavailable'],
    [
      503,
      { errors: ['Service temporarily unavailable due to an ongoing leader election. Please refresh.'] },
      'Unavailable',
    ],
    [500, { errors: ['Internal server error.'] }, 'Unavailable'],
    [400, { errors: ['Bad request'] }, 'Invalid'],
    [401, 'who are you', 'Unauthorized'],
    [200, 'not JSON', 'BadAnswer'],
    [200, { jid: jobId }, 'BadAnswer'],
  ])('%d %j is %s', async (status, body, failureClass) => {
    server.answers.set(path, { status, body });
    const failure = await failureOf(manager.job(jobId));
    expect(failure.failureClass).toBe(failureClass);
    expect(failure.message).toContain(`flink az-b/default/orders: `);
    expect(failure.message).toContain(`GET /jobs/${jobId}`);
  });

  test('an answer that is not understood names the field', async () => {
    server.answers.set(path, { status: 200, body: { jid: jobId, name: 'x', state: 'RUNNING', vertices: [] } });
    expect((await failureOf(manager.job(jobId))).message).toContain('start-time');
  });

  test('a JobManager that hangs is Unreachable by the deadline', async () => {
    server.answers.set(path, () => new Promise<never>(() => {}));
    const began = performance.now();
    expect((await failureOf(manager.job(jobId))).failureClass).toBe('Unreachable');
    expect(performance.now() - began).toBeLessThan(1_500);
  });

  test('a JobManager that is not there is Unreachable', async () => {
    await server.close();
    expect((await failureOf(manager.job(jobId))).message).toContain('ECONNREFUSED');
  });
});

describe('by service proxy', () => {
  function managerOver(proxyService: ZoneCluster['proxyService']): FlinkJobManager {
    const cluster = { zone: 'az-b', proxyService } as ZoneCluster;
    return createFlinkGateway(
      { 'az-b': cluster },
      { 'az-b': zone({ via: 'service-proxy' }) },
      systemClock(),
    ).jobManager('az-b', job);
  }

  test("asks the job's rest Service", async () => {
    let asked: unknown;
    const over = managerOver(async (request) => {
      asked = request;
      return { status: 200, body: JSON.stringify(recorded('jobs').body) };
    });
    await over.jobs();
    expect(asked).toMatchObject({
      namespace: 'default',
      service: 'orders-rest',
      port: 8081,
      method: 'GET',
      path: '/jobs',
    });
  });

  test('a Service that is not there yet is Unavailable, a job that Flink does not know NotFound', async () => {
    const noService = managerOver(async () => {
      throw new OutsideFailure('NotFound', 'kubernetes az-b', 'services "orders-rest" not found', { status: 404 });
    });
    expect(await failureOf(noService.job(jobId))).toMatchObject({ failureClass: 'Unavailable', retryable: true });
    const noJob = managerOver(async () => ({ status: 404, body: JSON.stringify(recorded('job-unknown').body) }));
    expect(await failureOf(noJob.job(jobId))).toMatchObject({ failureClass: 'NotFound', retryable: false });
  });
});

test('a zone that is not configured is said at once', () => {
  expect(() => gateway.jobManager('az-x', job)).toThrow('no zone "az-x" is configured');
});
