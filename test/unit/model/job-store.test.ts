import { expect, test } from 'vitest';
import type { StoreConfig } from '../../../model/config/types.ts';
import { annotations } from '../../../model/job/marks.ts';
import { defaultStoreName, storeNamed, storeNameOf } from '../../../model/placement/job-store.ts';

const store = { type: 'webhdfs' } as StoreConfig;
const zone = { stores: { hdfs: store, s3: store } };
const marked = (marks?: Record<string, string>) => ({
  metadata: { namespace: 'default', name: 'orders', ...(marks ? { annotations: marks } : {}) },
});

test('a job has the store that its owner names, else the first of the zone', () => {
  expect(storeNameOf(marked({ [annotations.store]: 's3' }), zone)).toBe('s3');
  expect(storeNameOf(marked({}), zone)).toBe('hdfs');
  expect(storeNameOf(marked(), zone)).toBe('hdfs');
  expect(defaultStoreName(zone)).toBe('hdfs');
});

test('a name that is none of the zone is told as it is, for the caller to refuse', () => {
  expect(storeNameOf(marked({ [annotations.store]: 'tape' }), zone)).toBe('tape');
  expect(storeNamed(marked())).toBeUndefined();
});
