import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askTemporal, isReachable } from '../../api/ask-temporal.ts';
import { requestEscape } from '../../client/client.ts';
import { progressOf } from '../../client/running-escape.ts';
import { startServer } from './harness/server.ts';
import { twoZones } from '../simulation/harness/two-zones.ts';

let env: TestWorkflowEnvironment;
beforeAll(async () => {
  env = await startServer();
});
afterAll(() => env.teardown());

describe.concurrent('a caller of the API', () => {
  test('is told that no worker takes the request, and sends it again', async () => {
    const { config, home } = twoZones('no-worker');
    const ask = () =>
      askTemporal(env.client, () => requestEscape(env.client, config, { zone: home, incident: 'INC-1' }), 1_500);
    await expect(ask()).rejects.toMatchObject({ code: 'NoWorker' });
    await expect(ask()).rejects.toMatchObject({ code: 'NoWorker' });
  });

  test('is told that no worker knows the progress', async () => {
    const workflowId = randomUUID();
    const taskQueue = 'nobody-polls';
    const { firstExecutionRunId: runId } = await env.client.workflow.start('escapeActive', { workflowId, taskQueue });
    const asked = askTemporal(env.client, () => progressOf(env.client, { workflowId, runId }), 1_500);
    await expect(asked).rejects.toMatchObject({ code: 'NoWorker' });
  });

  test('is told that Temporal does not answer', async () => {
    const connection = Connection.lazy({ address: '127.0.0.1:9', connectTimeout: 500 });
    const client = new Client({ connection });
    expect(await isReachable(client)).toBe(false);
    const asked = askTemporal(client, () => progressOf(client, { workflowId: 'x', runId: 'x' }), 1_000);
    await expect(asked).rejects.toMatchObject({ code: 'TemporalDown' });
    await connection.close();
  });

  test('is told nothing of the kind about other mistakes', async () => {
    const mistake = new Error('a mistake of ours');
    await expect(askTemporal(env.client, () => Promise.reject(mistake))).rejects.toBe(mistake);
  });
});
