import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { recoveryPointId } from '../../../model/recovery/id.ts';
import { manifestSchema } from '../../../model/recovery/manifest.ts';

const trigger = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'.split('')), minLength: 32, maxLength: 32 });
const time = fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2099, 0) });

const manifest = {
  schema: 1,
  id: '20261121T020304Z-1a2b3c4d',
  job: { namespace: 'default', name: 'orders' },
  tier: 'P1',
  mode: 'savepoint',
  from: 'az-a',
  to: 'az-b',
  store: 's3',
  epoch: 1,
  stateAt: '2026-11-21T02:03:04.000Z',
  verifiedAt: '2026-11-21T02:03:09.000Z',
  flinkVersion: '1.20.0',
  flinkJobId: 'a'.repeat(32),
  checkpointId: 7,
  snapshot: 'snapshots/default/orders/t/savepoint-1',
  restorePath: 's3a://b/snapshots/default/orders/t/savepoint-1',
  files: [{ key: 'snapshots/default/orders/t/savepoint-1/_metadata', sizeBytes: 100 }],
  totalBytes: 100,
  spec: { job: { state: 'suspended' } },
};

describe('ids of recovery points', () => {
  test('tell the second of their state and the trigger', () => {
    expect(recoveryPointId(Date.UTC(2026, 10, 21, 2, 3, 4, 999), '1a2b3c4d5e6f')).toBe('20261121T020304Z-1a2b3c4d');
  });

  test('sort by time, as texts', () => {
    fc.assert(
      fc.property(time, fc.integer({ min: 1_000, max: 1e9 }), trigger, trigger, (at, laterBy, a, b) => {
        expect(recoveryPointId(at, a) < recoveryPointId(at + laterBy, b)).toBe(true);
      }),
    );
  });

  test('fit the manifest’s schema', () => {
    fc.assert(
      fc.property(time, trigger, (at, id) => {
        expect(manifestSchema.safeParse({ ...manifest, id: recoveryPointId(at, id) }).success).toBe(true);
      }),
    );
  });
});

describe('a manifest', () => {
  test('is taken as it is written', () => {
    expect(manifestSchema.parse(JSON.parse(JSON.stringify(manifest)))).toEqual(manifest);
  });

  test.each([
    ['of another schema', { schema: 2 }],
    ['with an id that does not sort', { id: 'yesterday' }],
    ['whose id leads to another folder', { id: '../20261121T020304Z-1a2b3c4d' }],
    ['without a job', { job: { namespace: 'default', name: '' } }],
    ['of no epoch', { epoch: 0 }],
    ['with a time that is none', { stateAt: 'noon' }],
    ['with a negative size', { files: [{ key: 'x', sizeBytes: -1 }] }],
    ['without files', { files: undefined }],
    ['without the path to restore', { restorePath: '' }],
    ['of no tier', { tier: 'P4' }],
  ])('%s is refused', (_what, change) => {
    expect(manifestSchema.safeParse({ ...manifest, ...change }).success).toBe(false);
  });
});
