import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mayStandOn } from '../../../model/capacity/eligible.ts';
import { NodeRoom, type Placement } from '../../../model/capacity/node-room.ts';
import type { NodeCapacity, PodRequest, PodShape } from '../../../model/capacity/types.ts';
import { gibi, node, shape } from '../../builders/room.ts';
import { nodes, pods, shapes } from './arbitrary-room.ts';

/** Counted anew from what was placed, without the class under test. */
function freeAfter(zone: NodeCapacity[], held: PodRequest[], placements: Placement[]) {
  return new Map(
    zone.map((one) => {
      const taken = [
        ...held.filter((pod) => pod.node === one.name && pod.priority >= 0).map((pod) => ({ ...pod, count: 1 })),
        ...placements
          .filter((placement) => placement.node === one.name)
          .map((placement) => ({ ...placement.shape, count: placement.count })),
      ];
      const sum = (of: (pod: (typeof taken)[number]) => number) =>
        taken.reduce((total, pod) => total + pod.count * of(pod), 0);
      const free = {
        cpuMillis: one.cpuMillis - sum((pod) => pod.cpuMillis),
        memoryBytes: one.memoryBytes - sum((pod) => pod.memoryBytes),
        pods: one.pods - sum(() => 1),
      };
      return [one.name, free];
    }),
  );
}

const size = { minLength: 1, maxLength: 2 };

/** The plain way: every node is looked at for every pod. Takes what it gives from `free`. */
function firstFit(free: NodeCapacity[], wanted: PodShape[]): [string, number][] | false {
  const left = free.map((one) => ({ ...one }));
  const placed: [string, number][] = [];
  for (const of of wanted.toSorted((a, b) => b.cpuMillis - a.cpuMillis)) {
    const here = new Map<string, number>();
    for (let pod = 0; pod < of.count; pod++) {
      const at = left.find((one) => one.pods > 0 && one.cpuMillis >= of.cpuMillis && one.memoryBytes >= of.memoryBytes);
      if (!at) return false;
      at.cpuMillis -= of.cpuMillis;
      at.memoryBytes -= of.memoryBytes;
      at.pods -= 1;
      here.set(at.name, (here.get(at.name) ?? 0) + 1);
    }
    placed.push(...here);
  }
  left.forEach((one, index) => Object.assign(free[index]!, one));
  return placed;
}

describe('room by node', () => {
  test('is never given beyond what a node has, and only where a pod may stand', () => {
    fc.assert(
      fc.property(nodes, pods, fc.array(shapes, { maxLength: 8 }), (zone, held, jobs) => {
        const room = new NodeRoom(zone, held);
        const placements = jobs.flatMap((job) => {
          const taken = room.take(job);
          return 'placements' in taken ? taken.placements : [];
        });
        const byName = new Map(zone.map((one) => [one.name, one]));
        const free = freeAfter(zone, held, placements);
        for (const placement of placements) {
          expect(mayStandOn(byName.get(placement.node)!, placement.shape)).toBe(true);
          const { cpuMillis, memoryBytes, pods: left } = free.get(placement.node)!;
          expect(left).toBeGreaterThanOrEqual(0);
          // A pod that asks for nothing of a kind may stand on a node that has less than nothing of it.
          if (placement.shape.cpuMillis > 0) expect(cpuMillis).toBeGreaterThanOrEqual(0);
          if (placement.shape.memoryBytes > 0) expect(memoryBytes).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });

  test('is given to a job whole, or not at all: then no room is missing afterwards', () => {
    fc.assert(
      fc.property(nodes, pods, shapes, shapes, (zone, held, first, second) => {
        const room = new NodeRoom(zone, held);
        const taken = room.take(first);
        if ('placements' in taken) {
          const placed = first.map((of) =>
            taken.placements.filter((one) => one.shape === of).reduce((sum, { count }) => sum + count, 0),
          );
          expect(placed).toEqual(first.map(({ count }) => count));
        } else {
          expect(taken.shortfall.placed).toBeLessThan(taken.shortfall.shape.count);
          expect(room.take(second)).toEqual(new NodeRoom(zone, held).take(second));
        }
      }),
    );
  });

  test('a single pod is refused only where no node could hold it', () => {
    fc.assert(
      fc.property(nodes, pods, shapes, (zone, held, [first]) => {
        const one = { ...first!, count: 1 };
        const free = freeAfter(zone, held, []);
        const fitting = zone.filter((at) => {
          const { cpuMillis, memoryBytes, pods: left } = free.get(at.name)!;
          const enough = (has: number, asked: number) => asked === 0 || has >= asked;
          return (
            mayStandOn(at, one) && left >= 1 && enough(cpuMillis, one.cpuMillis) && enough(memoryBytes, one.memoryBytes)
          );
        });
        expect('placements' in new NodeRoom(zone, held).take([one])).toBe(fitting.length > 0);
      }),
    );
  });

  test('is found among many nodes as by looking at each of them', () => {
    const many = fc.array(fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 8 })), {
      minLength: 60,
      maxLength: 200,
    });
    const jobs = fc.array(fc.array(fc.tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 5 })), size), {
      maxLength: 15,
    });
    fc.assert(
      fc.property(many, jobs, (zone, asked) => {
        const free = zone.map(([cores, places], index) =>
          node(`n${String(index).padStart(3, '0')}`, cores * 1000, 64, { pods: places }),
        );
        const room = new NodeRoom(free, []);
        for (const job of asked) {
          const wanted = job.map(([count, cores]) => shape(count, cores * 1000, 1));
          const taken = room.take(wanted);
          const expected = firstFit(free, wanted);
          expect('placements' in taken && taken.placements.map(({ node: at, count }) => [at, count])).toEqual(expected);
        }
      }),
    );
  });

  test('a sum over the zone does not count: each pod must fit on one node', () => {
    const room = new NodeRoom([node('a', 3000, 8), node('b', 3000, 8)], []);
    const taken = room.take([shape(1, 4000, 4)]);
    expect(taken).toMatchObject({ shortfall: { placed: 0, nearest: { cpuMillis: 3000, memoryBytes: 8 * gibi } } });
  });

  test('the larger pods of a job are placed first', () => {
    const room = new NodeRoom([node('a', 4000, 8), node('b', 1000, 8)], []);
    const taken = room.take([shape(1, 1000, 1, { component: 'JobManager' }), shape(1, 4000, 1)]);
    expect(taken).toMatchObject({
      placements: [
        { node: 'a', shape: { component: 'TaskManager' } },
        { node: 'b', shape: { component: 'JobManager' } },
      ],
    });
  });

  test('placeholders of negative priority give way', () => {
    const held = { node: 'a', cpuMillis: 4000, memoryBytes: 0, priority: -10 };
    expect(new NodeRoom([node('a', 4000, 8)], [held]).take([shape(1, 4000, 1)])).toHaveProperty('placements');
    const firm = { ...held, priority: 0 };
    expect(new NodeRoom([node('a', 4000, 8)], [firm]).take([shape(1, 4000, 1)])).toHaveProperty('shortfall');
  });
});

describe('a pod may stand on a node', () => {
  const tainted = node('a', 1, 1, { taints: [{ key: 'flink', value: 'only', effect: 'NoSchedule' }] });
  test.each([
    ['that is tainted', tainted, {}, false],
    [
      'whose taint it tolerates',
      tainted,
      { tolerations: [{ key: 'flink', value: 'only', effect: 'NoSchedule' }] },
      true,
    ],
    [
      'whose taint it tolerates with every value',
      tainted,
      { tolerations: [{ key: 'flink', operator: 'Exists' }] },
      true,
    ],
    ['whose taint has another value', tainted, { tolerations: [{ key: 'flink', value: 'no' }] }, false],
    ['whose taint has another effect', tainted, { tolerations: [{ operator: 'Exists', effect: 'NoExecute' }] }, false],
    ['that would rather not', node('a', 1, 1, { taints: [{ key: 'x', effect: 'PreferNoSchedule' }] }), {}, true],
    ['that is cordoned', node('a', 1, 1, { schedulable: false }), {}, false],
    ['with its label', node('a', 1, 1, { labels: { pool: 'a' } }), { nodeSelector: { pool: 'a' } }, true],
    ['without its label', node('a', 1, 1), { nodeSelector: { pool: 'a' } }, false],
  ])('%s', (_, on, placing, may) => {
    expect(mayStandOn(on, shape(1, 1, 1, placing))).toBe(may);
  });
});
