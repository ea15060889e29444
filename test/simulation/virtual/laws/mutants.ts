/**
 * The product with one deliberate mistake each, made between its activities and the world. A law that no mutant breaks
 * is a law that nobody knows to bite.
 */
import { jobKey } from '../../../../model/job/job.ts';
import { labels } from '../../../../model/job/marks.ts';
import type { Mutate } from '../scenario/stage.ts';
import { currentWork } from '../../../../simulation/temporal/current-work.ts';
import { withCluster, withFlink, withPlan, withStore } from './change-world.ts';

export interface Mutant {
  mistake: string;
  /** How the sentence of the law begins that it breaks. */
  breaks: string;
  mutate: Mutate;
}

export const mutants: Record<string, Mutant> = {
  'no-claim': {
    mistake: 'a start only pretends to claim its epoch',
    breaks: 'every start claims its epoch first',
    mutate: (world) => {
      const pretended = new Map<string, Uint8Array>();
      return withStore(world, (store) => ({
        createIfAbsent: (key, bytes, signal) => {
          if (!key.startsWith('epochs/') || inProtection()) return store.createIfAbsent(key, bytes, signal);
          pretended.set(key, bytes);
          return Promise.resolve('created');
        },
        read: async (key, options) => pretended.get(key) ?? store.read(key, options),
      }));
    },
  },
  hearsay: {
    mistake: 'health is what was asked for, not what Flink answers',
    breaks: 'nothing is called running on hearsay',
    mutate: (world) => {
      const asked = new Map<string, string>();
      const listening = withCluster(world, (cluster) => ({
        patchDeployment: (job, patch, signal) => {
          const path = (patch as { spec?: { job?: { initialSavepointPath?: string } } }).spec?.job
            ?.initialSavepointPath;
          if (path !== undefined) asked.set(jobKey(job), path);
          return cluster.patchDeployment(job, patch, signal);
        },
      }));
      return withFlink(listening, (flink, job) => ({
        job: async (jobId, signal) => {
          const detail = await flink.job(jobId, signal);
          const all = (parallelism: number) => ({ RUNNING: parallelism });
          return {
            ...detail,
            state: 'RUNNING',
            vertices: detail.vertices.map((vertex) => ({ ...vertex, tasks: all(vertex.parallelism) })),
          };
        },
        checkpoints: async (jobId, signal) => {
          const seen = await flink.checkpoints(jobId, signal);
          const path = asked.get(jobKey(job));
          if (path === undefined || seen.restored) return seen;
          const restored = { id: 1, restoreTimestampMs: world.now(), isSavepoint: true, externalPath: path };
          return { ...seen, counts: { ...seen.counts, restored: 1 }, restored };
        },
      }));
    },
  },
  'asks-the-lost-zone': {
    mistake: 'the plan also asks the lost zone for its jobs',
    breaks: 'an escape touches nothing in the lost zone but to fence',
    mutate: (world) =>
      withCluster(world, (cluster) => ({
        listDeployments: async (selector, signal) => {
          const others = Object.keys(world.config.zones).filter((zone) => zone !== cluster.zone);
          const asks = currentWork.getStore()?.activity === 'makePlan' ? others : [];
          for (const zone of asks)
            await world
              .cluster(zone)
              .listDeployments(selector, signal)
              .catch(() => []);
          return cluster.listDeployments(selector, signal);
        },
      })),
  },
  'dry-run-writes': {
    mistake: 'looking for recovery points leaves a mark beside them',
    breaks: 'a dry run changes nothing',
    mutate: (world) =>
      withStore(world, (store) => ({
        read: async (key, options) => {
          if (key.startsWith('recovery-points/')) await store.put(`${key}.seen`, new Uint8Array());
          return store.read(key, options);
        },
      })),
  },
  'last-first': {
    mistake: 'batches start the waves of the plan from its end',
    breaks: 'the most important first',
    mutate: (world) =>
      withPlan(world, 'startBatch', (plan) => {
        const waves = plan.waves.map(({ jobs }, index) => ({ ...plan.waves[index]!, jobs }));
        return { ...plan, waves: waves.map((wave, index) => ({ ...wave, jobs: waves.at(-1 - index)!.jobs })) };
      }),
  },
  'loses-a-line': {
    mistake: 'the report leaves out the last job of the plan',
    breaks: 'every job has one line of the report',
    mutate: (world) =>
      withPlan(world, 'writeReport', (plan) => ({
        ...plan,
        waves: plan.waves.map((wave, index) =>
          index === plan.waves.length - 1 ? { ...wave, jobs: wave.jobs.slice(0, -1) } : wave,
        ),
      })),
  },
  'does-not-fence': {
    mistake: 'the lost zone is called fenced, and nothing is stopped in it',
    breaks: 'a job runs in one zone',
    mutate: (world) =>
      withCluster(world, (cluster) => ({
        patchDeployment: async (job, patch, signal) =>
          currentWork.getStore()?.activity === 'fenceZone'
            ? (await cluster.getDeployment(job, signal))!
            : cluster.patchDeployment(job, patch, signal),
      })),
  },
  'fences-all': {
    mistake: 'fencing believes every epoch to be its own',
    breaks: 'fencing stops only what was claimed',
    mutate: (world) => {
      const ofFencing = () => currentWork.getStore()?.activity === 'fenceZone';
      return withPlan(
        withStore(world, (store) => ({
          children: async (prefix, signal) => {
            const found = await store.children(prefix, signal);
            if (!ofFencing() || !prefix.startsWith('epochs/')) return found;
            const object = { key: `${prefix.replace(/\/$/, '')}/99`, sizeBytes: 1, modifiedAt: new Date() };
            return { ...found, objects: [object] };
          },
          read: async (key, options) => {
            if (!ofFencing() || !key.startsWith('epochs/')) return store.read(key, options);
            const owner = Object.keys(world.config.zones).map((zone) => `${zone}-INC-1`)[0];
            return new TextEncoder().encode(JSON.stringify({ owner }));
          },
        })),
        'fenceZone',
        (plan) => ({
          ...plan,
          waves: plan.waves.map((wave) => ({ ...wave, jobs: wave.jobs.map((job) => ({ ...job, epoch: 99 })) })),
        }),
      );
    },
  },
  'protects-blindly': {
    mistake: 'a round of protection does not look at what stands in the peer',
    breaks: 'a job that runs is stopped by fencing alone',
    mutate: (world) =>
      withCluster(world, (cluster) => ({
        getDeployment: async (job, signal) => {
          const found = await cluster.getDeployment(job, signal);
          if (!found || !inProtection() || found.metadata.labels?.[labels.role] !== 'active') return found;
          return { ...found, metadata: { ...found.metadata, labels: { [labels.role]: 'standby' } } };
        },
      })),
  },
};

function inProtection(): boolean {
  return currentWork.getStore()?.activity === 'protectJob';
}
