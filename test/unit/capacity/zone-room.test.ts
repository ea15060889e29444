import { describe, expect, test } from 'vitest';
import { ZoneRoom } from '../../../model/capacity/zone-room.ts';
import type { QuotaRoom } from '../../../model/capacity/types.ts';
import { demand, gibi, node, shape } from '../../builders/room.ts';

const job = { namespace: 'streaming', name: 'orders' };
const quota = (more: Partial<QuotaRoom>): QuotaRoom => ({
  namespace: 'streaming',
  name: 'team',
  cpuMillis: null,
  memoryBytes: null,
  pods: null,
  ...more,
});

function missing(zone: ZoneRoom, of: Parameters<ZoneRoom['take']>[1]): string {
  const verdict = zone.take(job, of);
  return verdict.fits ? '' : verdict.missing;
}

describe('what is missing is said', () => {
  const nodes = [node('a', 3000, 6), node('b', 1000, 16)];
  const room = () => new ZoneRoom('az-b', { nodes: { nodes, pods: [] }, quotas: null });

  test('on the nodes', () => {
    expect(missing(room(), demand([shape(3, 4000, 8)]))).toBe(
      'no node of az-b has 4 CPU and 8 GiB free for its TaskManagers: largest free is 3 CPU and 6 GiB on a',
    );
    expect(missing(room(), demand([shape(1, 500, 32, { component: 'JobManager' })]))).toContain(
      'free for its JobManager: largest free is 1 CPU and 16 GiB on b',
    );
    expect(missing(room(), demand([shape(9, 1000, 1)]))).toBe(
      'the nodes of az-b have room for 4 of its 9 TaskManagers of 1 CPU and 1 GiB',
    );
    expect(missing(room(), demand([shape(1, 1, 1, { nodeSelector: { pool: 'x' } })]))).toBe(
      'no node of az-b takes its TaskManager: node selector, taints and cordons leave none',
    );
    const full = new ZoneRoom('az-b', { nodes: { nodes: [node('a', 9, 9, { pods: 0 })], pods: [] }, quotas: null });
    expect(missing(full, demand([shape(1, 1, 1)]))).toContain('may hold one more pod');
  });

  test.each([
    [{ cpuMillis: 1500 }, 'has 1.5 CPU left, and its pods ask for 2 CPU'],
    [{ memoryBytes: gibi }, 'has 1 GiB left, and its pods ask for 2 GiB'],
    [{ pods: 1 }, 'has 1 of 2 pods left'],
    [{ cpuMillis: -100 }, 'has 0 CPU left'],
  ])('by the quota %o', (of, sentence) => {
    const zone = new ZoneRoom('az-b', { nodes: null, quotas: [quota(of)] });
    expect(missing(zone, demand([shape(2, 1000, 1)]))).toContain(`quota team of namespace streaming ${sentence}`);
    expect(zone.take({ namespace: 'other', name: 'orders' }, demand([shape(2, 1000, 1)])).fits).toBe(true);
  });
});

test('a quota is used up by the jobs that were placed, and by no job that was not', () => {
  const zone = new ZoneRoom('az-b', {
    nodes: { nodes: [node('a', 2000, 64)], pods: [] },
    quotas: [quota({ cpuMillis: 3000 })],
  });
  expect(zone.take(job, demand([shape(1, 2500, 1)])).fits).toBe(false);
  expect(zone.take(job, demand([shape(2, 1000, 1)])).fits).toBe(true);
  expect(zone.take(job, demand([shape(1, 1500, 1)])).fits).toBe(false);
  expect(zone.take(job, demand([shape(1, 0, 1)])).fits).toBe(true);
});

test('nothing is judged by what could not be read', () => {
  const zone = new ZoneRoom('az-b', { nodes: null, quotas: null });
  expect(zone.take(job, demand([shape(1000, 64_000, 1024)])).fits).toBe(true);
});

test('a job with a priority class is not left for want of nodes, but for want of quota it is', () => {
  const nodes = { nodes: [node('a', 1000, 1)], pods: [] };
  const zone = new ZoneRoom('az-b', { nodes, quotas: [quota({ pods: 3 })] });
  expect(zone.take(job, demand([shape(2, 4000, 8)], 'urgent')).fits).toBe(true);
  expect(zone.take(job, demand([shape(2, 4000, 8)], 'urgent')).fits).toBe(false);
});
