/** Which role a round tells a P0 job at home, beside an escape that fences it there. */
import { expect, test } from 'vitest';
import type { ZoneCluster } from '../../../adapters/kubernetes/port.ts';
import { keepStandby } from '../../../jobs/standby/keep-standby.ts';
import type { FlinkDeployment } from '../../../model/job/flink-deployment.ts';
import { labels, roleConfigMapName } from '../../../model/job/marks.ts';
import { buildDeployment } from '../../builders/deployment.ts';
import { job, manifestOf } from '../retention/stage-data.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';

const { signal } = new AbortController();
const key = roleConfigMapName(job.name);

/** A zone with one object of the job, as it is now, and what its ConfigMap says. Each request is heard before it is done. */
class Zone {
  role: string | undefined;
  object: FlinkDeployment | undefined;
  hears: (request: string) => void = () => {};

  get cluster(): ZoneCluster {
    const cluster: Partial<ZoneCluster> = {
      zone: 'az-a',
      getDeployment: async () => this.#done('get', () => this.object && structuredClone(this.object)),
      applyDeployment: async (object) => this.#done('apply', () => (this.object = object)),
      getConfigMap: async () =>
        this.#done('get role', () => (this.role === undefined ? undefined : { role: this.role })),
      applyConfigMap: async (ref, data) => {
        expect(ref.name).toBe(key);
        this.#done('apply role', () => (this.role = data['role']));
      },
    };
    return cluster as ZoneCluster;
  }

  /** As `fenceZone` does, step by step: the role, the object, the role again. */
  fence(step: 'role' | 'object'): void {
    if (step === 'role') this.role = 'twin';
    else this.object!.metadata.labels = { ...this.object!.metadata.labels, [labels.role]: 'standby' };
  }

  #done<T>(request: string, effect: () => T): T {
    this.hears(request);
    return effect();
  }
}

const active = (): FlinkDeployment => buildDeployment({ ...job, tier: 'P0' });

const protect = (home: Zone) => {
  const keep = { tier: 'P0' as const, active: active(), manifest: manifestOf(1), recoveryPoint: 'hdfs://namenode/1' };
  return keepStandby(new ManualClock(), new Zone().cluster, home.cluster, keep, signal);
};

test('a job that nobody fences is told to speak', async () => {
  const home = new Zone();
  home.object = active();
  await protect(home);
  expect(home.role).toBe('active');
});

/** Requests of the round at home: get role, get, apply role, get. The steps of fencing come before any of them, or behind all. */
const places = [0, 1, 2, 3, 4];
const moments = places.flatMap((role) =>
  places
    .filter((object) => object >= role)
    .flatMap((object) => places.filter((again) => again >= object).map((again) => [role, object, again] as const)),
);

test.each(moments)('a job that is fenced before requests %i, %i and %i is silent at the end', async (...steps) => {
  const home = new Zone();
  home.object = active();
  let heard = 0;
  const fenceBefore = (request: number) => {
    for (const [index, step] of (['role', 'object', 'role'] as const).entries()) {
      if (steps[index] === request) home.fence(step);
    }
  };
  home.hears = () => {
    fenceBefore(heard);
    heard += 1;
  };
  await protect(home);
  for (const last = places.length; heard < last; heard += 1) fenceBefore(heard);
  expect(home.role).toBe('twin');
});
