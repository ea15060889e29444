import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { demandOf } from '../../../model/capacity/demand.ts';
import { placeholderDeployment, reserveFor } from '../../../model/capacity/reserve.ts';
import { annotations, labels, type Role } from '../../../model/job/marks.ts';
import { buildDeployment, buildSizedSpec } from '../../builders/deployment.ts';
import { gibi } from '../../builders/room.ts';

function standby(name: string, more: { tier?: string; role?: Role; from?: string; cpu?: unknown } = {}) {
  const { tier = 'P1', role = 'standby', from = 'az-a', cpu = 2 } = more;
  const size = { parallelism: 3, jobManager: { cpu: 1, memory: '1g' }, taskManager: { cpu, memory: '4g' } };
  const spec = { ...buildSizedSpec(size), podTemplate: { spec: { nodeSelector: { pool: 'flink' } } } };
  return buildDeployment({ name, tier, role, annotations: { [annotations.activeZone]: from }, spec });
}

const sizes = (of: ReturnType<typeof reserveFor>) => of.map(({ cpuMillis, replicas }) => [cpuMillis, replicas]);

describe('reserved room', () => {
  test('has as many pods of each size as the standbys would', () => {
    const found = reserveFor('az-b', [standby('a'), standby('b'), standby('c', { cpu: 3 })], ['P1']);
    expect(sizes(found).toSorted(([a], [b]) => a! - b!)).toEqual([
      [1000, 3],
      [2000, 6],
      [3000, 3],
    ]);
    expect(new Set(found.map(({ name }) => name)).size).toBe(3);
    expect(found[0]!.name).toMatch(/^placeholder-[0-9a-f]{8}$/);
  });

  test('has none for what runs there, other tiers, twins, jobs that start, and a demand that cannot be told', () => {
    const others = [
      standby('p2', { tier: 'P2' }),
      standby('twin', { role: 'twin' }),
      standby('active', { role: 'active' }),
      standby('ours', { from: 'az-b' }),
      standby('odd', { cpu: '?' }),
      standby('starts'),
    ];
    expect(reserveFor('az-b', others, ['P1'], new Set(['default/starts']))).toEqual([]);
  });

  test('is as large in sum as what the standbys ask for, in any order', () => {
    const any = fc.array(fc.record({ tier: fc.constantFrom('P0', 'P1', 'P2'), cpu: fc.constantFrom(0.5, 1, 2, 4) }), {
      maxLength: 20,
    });
    fc.assert(
      fc.property(any, (of) => {
        const standbys = of.map((one, index) => standby(`j${index}`, one));
        const found = reserveFor('az-b', standbys, ['P1', 'P2']);
        const asked = standbys.filter(({ metadata }) => metadata.labels![labels.tier] !== 'P0');
        const total = asked.reduce((sum, { spec }) => sum + (demandOf(spec) as { cpuMillis: number }).cpuMillis, 0);
        expect(found.reduce((sum, one) => sum + one.cpuMillis * one.replicas, 0)).toBe(total);
        expect(reserveFor('az-b', standbys.toReversed(), ['P1', 'P2'])).toEqual(found);
      }),
    );
  });

  test('stands where the jobs would, asks for as much, and gives way to anything', () => {
    const [one] = reserveFor('az-b', [standby('a')], ['P1']);
    const { metadata, spec } = placeholderDeployment(one!, { namespace: 'az-escape', image: 'pause' }) as {
      metadata: object;
      spec: { replicas: number; selector: object; template: { metadata: object; spec: object } };
    };
    expect(metadata).toMatchObject({
      name: one!.name,
      namespace: 'az-escape',
      labels: { [labels.placeholder]: one!.name },
    });
    expect(spec).toMatchObject({
      replicas: one!.replicas,
      selector: { matchLabels: { [labels.placeholder]: one!.name } },
      template: {
        metadata: { labels: { [labels.placeholder]: one!.name } },
        spec: {
          priorityClassName: 'az-escape-placeholder',
          nodeSelector: { pool: 'flink' },
          terminationGracePeriodSeconds: 0,
        },
      },
    });
    const [container] = (spec.template.spec as { containers: { resources: { requests: object } }[] }).containers;
    const memory = String(one!.cpuMillis === 1000 ? gibi : 4 * gibi);
    expect(container!.resources.requests).toEqual({ cpu: `${one!.cpuMillis}m`, memory });
  });
});
