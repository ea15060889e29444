import { describe, expect, it } from 'vitest';
import type { SnapshotStore, StoredObject } from '../../../adapters/storage/port.ts';
import { sizesOf } from '../../../adapters/storage/sizes-of.ts';

/** A store that counts what is asked of it. */
function storeWith(files: Map<string, number>) {
  const asked = { listed: [] as string[], objects: 0, stats: [] as string[], atOnce: 0 };
  let underWay = 0;
  const stored = (key: string): StoredObject => ({ key, sizeBytes: files.get(key)!, modifiedAt: new Date(0) });
  const store = {
    async *list(folder: string) {
      asked.listed.push(folder);
      for (const key of files.keys()) {
        if (!key.startsWith(folder)) continue;
        asked.objects += 1;
        yield stored(key);
      }
    },
    async stat(key: string) {
      asked.stats.push(key);
      underWay += 1;
      asked.atOnce = Math.max(asked.atOnce, underWay);
      await Promise.resolve();
      underWay -= 1;
      return files.has(key) ? stored(key) : undefined;
    },
  } as unknown as SnapshotStore;
  return { store, asked };
}

describe('seeing many files', () => {
  it('lists each folder once, with what lies in folders of it, and asks nothing else', async () => {
    const { store, asked } = storeWith(
      new Map([
        ['a/shared/x', 1],
        ['a/shared/deep/y', 2],
        ['a/chk-7/_metadata', 3],
        ['a/other/z', 4],
      ]),
    );
    const keys = ['a/shared/x', 'a/shared/deep/y', 'a/chk-7/_metadata', 'a/chk-7/gone'];
    expect(Object.fromEntries(await sizesOf(store, keys))).toEqual({
      'a/shared/x': 1,
      'a/shared/deep/y': 2,
      'a/chk-7/_metadata': 3,
    });
    expect(asked.listed.toSorted()).toEqual(['a/chk-7/', 'a/shared/']);
    expect(asked.stats).toEqual([]);
  });

  it('does not list a folder of strangers to its end, but asks for the files that it wants', async () => {
    const files = new Map(Array.from({ length: 50_000 }, (_, n) => [`a/shared/${n}`, n]));
    const { store, asked } = storeWith(files);
    const keys = [
      'a/shared/17',
      'a/shared/49999',
      'a/shared/gone',
      ...Array.from({ length: 40 }, (_, n) => `a/shared/${20_000 + n}`),
    ];
    const sizes = await sizesOf(store, keys);
    expect(sizes.get('a/shared/17')).toBe(17);
    expect(sizes.get('a/shared/49999')).toBe(49_999);
    expect(sizes.size).toBe(42);
    expect(asked.objects).toBeLessThan(5_000);
    expect(asked.stats).not.toContain('a/shared/17');
    expect(asked.stats).toHaveLength(42);
    expect(asked.atOnce).toBeLessThanOrEqual(8);
  });
});
