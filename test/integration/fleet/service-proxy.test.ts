/** A fleet whose Flink is reached as in production: by the API server's proxy to a Service of each job. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deleteFleet } from '../../../lab/fleet/delete-fleet.ts';
import { startStage, type FleetStage } from './stage.ts';

let stage: FleetStage;
beforeAll(async () => {
  stage = await startStage({ jobs: 20, speed: 10, via: 'service-proxy' });
}, 90_000);
afterAll(() => stage?.stop(), 30_000);

test('jobs are told apart by their Services, and all of them escape', async () => {
  await stage.startWorker();
  const report = await stage.escape('by-proxy');
  expect(report.totals).toMatchObject({ running: 20, left: 0, failed: 0 });
  for (const line of report.jobs) expect(line.restoredPath).toBe(stage.simulator.runOf(line)!.restoredPath);
  expect(new Set(report.jobs.map(({ restoredPath }) => restoredPath)).size).toBe(20);
});

test('a fleet that is deleted leaves nothing that runs', async () => {
  await deleteFleet(stage.api);
  await expect.poll(() => stage.simulator.count().started, { timeout: 10_000 }).toBe(0);
});
