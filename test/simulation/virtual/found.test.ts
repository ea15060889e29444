/** What seeds have found, each as the smallest scenario that shows it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { OutsideFailure } from '../../../adapters/failure.ts';
import { labels } from '../../../model/job/marks.ts';
import { withCluster } from './laws/change-world.ts';
import { runSeed } from './run-seed.ts';
import { calmScenario } from './scenario/calm.ts';
import { currentWork } from '../../../simulation/temporal/current-work.ts';

test('a twin whose JobManager says nothing does not keep its batch from starting', async () => {
  const scenario = calmScenario([{ tier: 'P0', twinFault: 'rest-silent' }, { tier: 'P0' }]);
  const { broken, totals } = await runSeed(1, { scenario });
  expect(broken).toEqual([]);
  expect(totals).toMatchObject({ running: 2, left: 0, failed: 0 });
});

test.each(['P0', 'P1'] as const)('a round of protection leaves a %s alone that is started meanwhile', async (tier) => {
  const scenario = calmScenario([{ tier }], {
    loss: { manner: 'alive', noticedAfterMs: 10_000, returnsAfterMs: 0 },
    protectAtMs: [0],
  });
  let writes = 0;
  const { broken, totals } = await runSeed(1, {
    scenario,
    // The second round has read the standby or twin; before it writes, the escape makes it the active job.
    mutate: (world) =>
      withCluster(world, (cluster) => ({
        applyDeployment: async (deployment, ...rest) => {
          const isActive = async () =>
            (await cluster.getDeployment(deployment.metadata))?.metadata.labels?.[labels.role] === 'active';
          if (currentWork.getStore()?.activity === 'protectJob' && ++writes === 2) {
            while (!(await isActive())) await sleep(100);
          }
          return cluster.applyDeployment(deployment, ...rest);
        },
        // Its copy at home must run on until its savepoint is taken.
        listDeployments: async (...args) => {
          const isTooEarly = currentWork.getStore()?.activity === 'fenceZone' && writes < 2;
          if (isTooEarly) throw new OutsideFailure('Unreachable', cluster.zone, `${cluster.zone} does not answer.`);
          return cluster.listDeployments(...args);
        },
        patchDeployment: async (...args) => {
          const isEarly = () => currentWork.getStore()?.activity === 'startBatch' && writes < 2;
          while (isEarly()) await sleep(100);
          return cluster.patchDeployment(...args);
        },
      })),
  });
  expect(writes).toBeGreaterThanOrEqual(2);
  expect(broken).toEqual([]);
  expect(totals).toMatchObject({ running: 1, left: 0, failed: 0 });
});

test('a round that finds no twin makes none where the escape has put the job meanwhile', async () => {
  const scenario = calmScenario([{ tier: 'P0', twinFault: 'rest-5xx' }], {
    loss: { manner: 'alive', noticedAfterMs: 10_000, returnsAfterMs: 0 },
    protectAtMs: [0],
  });
  /** The round has looked while the escape had deleted the unwell twin and not yet put a fresh object there. */
  const looked = Promise.withResolvers<void>();
  let looks = 0;
  let writes = 0;
  const { broken, totals } = await runSeed(1, {
    scenario,
    mutate: (world) =>
      withCluster(world, (cluster) => {
        const role = async () => (await cluster.getDeployment(job))?.metadata.labels?.[labels.role];
        const job = { namespace: 'default', name: 'job-0' };
        return {
          getDeployment: async (...args) => {
            if (currentWork.getStore()?.activity !== 'protectJob' || writes !== 2 || looks > 0) {
              return cluster.getDeployment(...args);
            }
            while ((await cluster.getDeployment(job)) !== undefined) await sleep(20);
            looks += 1;
            looked.resolve();
            return undefined;
          },
          applyDeployment: async (deployment, ...rest) => {
            const activity = currentWork.getStore()?.activity;
            if (activity === 'startBatch') await looked.promise;
            if (activity === 'protectJob' && ++writes >= 2) {
              // The first write of this round is refused, as if the operator had written; the second comes too late.
              if (writes === 2) throw new OutsideFailure('Conflict', cluster.zone, 'its status was written meanwhile.');
              while ((await role()) !== 'active') await sleep(20);
            }
            return cluster.applyDeployment(deployment, ...rest);
          },
          listDeployments: async (...args) => {
            const isTooEarly = currentWork.getStore()?.activity === 'fenceZone' && writes < 2;
            if (isTooEarly) throw new OutsideFailure('Unreachable', cluster.zone, `${cluster.zone} does not answer.`);
            return cluster.listDeployments(...args);
          },
          deleteDeployment: async (...args) => {
            const isEarly = () => currentWork.getStore()?.activity === 'startBatch' && writes < 2;
            while (isEarly()) await sleep(20);
            return cluster.deleteDeployment(...args);
          },
        };
      }),
  });
  expect({ looks, writes }).toEqual({ looks: 1, writes: 3 });
  expect(broken).toEqual([]);
  expect(totals).toMatchObject({ running: 1, left: 0, failed: 0 });
});
