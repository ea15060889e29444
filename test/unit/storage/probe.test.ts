import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../adapters/clock.ts';
import { OutsideFailure } from '../../../adapters/failure.ts';
import type { SnapshotStore } from '../../../adapters/storage/port.ts';
import { probeStore } from '../../../adapters/storage/probe.ts';

/** A store in memory; each test breaks one thing in it. */
function memoryStore(broken: Partial<SnapshotStore> = {}) {
  const objects = new Map<string, Uint8Array>();
  const parts = {
    put: async (key: string, bytes: Uint8Array) => void objects.set(key, bytes),
    createIfAbsent: async (key: string) => (objects.has(key) ? ('exists' as const) : ('created' as const)),
    read: async (key: string) => objects.get(key),
    delete: async (key: string) => void objects.delete(key),
    ...broken,
  };
  return { objects, store: parts as unknown as SnapshotStore };
}

describe('the probe of a store', () => {
  it('passes where all is well, and leaves nothing', async () => {
    const { store, objects } = memoryStore();
    await probeStore(systemClock(), store, 'store az-b/s3', 1_000);
    expect(objects.size).toBe(0);
  });

  it('fails by its deadline even if the store looks at no signal', async () => {
    const { store } = memoryStore({ read: () => new Promise(() => {}) });
    const before = performance.now();
    await expect(probeStore(systemClock(), store, 'store az-b/s3', 100)).rejects.toMatchObject({
      failureClass: 'Unreachable',
    });
    expect(performance.now() - before).toBeLessThan(5_000);
  });

  it('refuses a store that ignores conditional writes, and tidies up', async () => {
    const { store, objects } = memoryStore({ createIfAbsent: async () => 'created' });
    await expect(probeStore(systemClock(), store, 'store az-b/s3', 1_000)).rejects.toMatchObject({
      failureClass: 'Invalid',
    });
    expect(objects.size).toBe(0);
  });

  it.each([
    ['other bytes', async () => new TextEncoder().encode('other')],
    ['nothing', async () => undefined],
  ])('refuses a store that gives back %s', async (_what, read) => {
    const { store } = memoryStore({ read });
    await expect(probeStore(systemClock(), store, 'store az-b/s3', 1_000)).rejects.toMatchObject({
      failureClass: 'BadAnswer',
    });
  });

  it('tells why the store failed, also when tidying up fails too', async () => {
    const full = new OutsideFailure('Unavailable', 'store az-b/s3', 'no space');
    const { store } = memoryStore({
      put: () => Promise.reject(full),
      delete: () => Promise.reject(new Error('nor this')),
    });
    await expect(probeStore(systemClock(), store, 'store az-b/s3', 1_000)).rejects.toBe(full);
  });
});
