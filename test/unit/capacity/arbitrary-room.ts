/** Small zones and jobs, so that much of what may collide does. */
import fc from 'fast-check';
import type { NodeCapacity, PodRequest, PodShape } from '../../../model/capacity/types.ts';
import { gibi, node, shape } from '../../builders/room.ts';

const taint = fc.constantFrom<NodeCapacity['taints']>(
  [],
  [],
  [{ key: 'flink', value: 'only', effect: 'NoSchedule' }],
  [{ key: 'slow', effect: 'PreferNoSchedule' }],
);

export const nodes: fc.Arbitrary<NodeCapacity[]> = fc.uniqueArray(
  fc
    .record({
      name: fc.constantFrom('n1', 'n2', 'n3', 'n4', 'n5', 'n6'),
      cpuMillis: fc.integer({ min: 0, max: 4000 }),
      gib: fc.integer({ min: 0, max: 16 }),
      pods: fc.integer({ min: 0, max: 6 }),
      labels: fc.constantFrom<Record<string, string>>({}, { pool: 'a' }),
      taints: taint,
      schedulable: fc.constantFrom(true, true, true, false),
    })
    .map(({ name, cpuMillis, gib, ...more }) => node(name, cpuMillis, gib, more)),
  { selector: ({ name }) => name, maxLength: 6 },
);

export const pods: fc.Arbitrary<PodRequest[]> = fc.array(
  fc
    .record({
      node: fc.constantFrom('n1', 'n2', 'n3', 'gone'),
      cpuMillis: fc.integer({ min: 0, max: 1500 }),
      gib: fc.integer({ min: 0, max: 6 }),
      priority: fc.constantFrom(0, 0, 1000, -10),
    })
    .map(({ gib, ...pod }) => ({ ...pod, memoryBytes: gib * gibi })),
  { maxLength: 5 },
);

export const shapes: fc.Arbitrary<PodShape[]> = fc.array(
  fc
    .record({
      count: fc.integer({ min: 1, max: 5 }),
      cpuMillis: fc.integer({ min: 0, max: 2500 }),
      gib: fc.integer({ min: 0, max: 8 }),
      nodeSelector: fc.constantFrom<Record<string, string>>({}, {}, { pool: 'a' }),
      tolerations: fc.constantFrom<PodShape['tolerations']>(
        [],
        [],
        [{ operator: 'Exists' }],
        [{ key: 'flink', value: 'only' }],
      ),
    })
    .map(({ count, cpuMillis, gib, ...placing }) => shape(count, cpuMillis, gib, placing)),
  { minLength: 1, maxLength: 2 },
);
