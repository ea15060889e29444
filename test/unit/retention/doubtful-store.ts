/** A store in memory whose answers may be wrong: what a drawn lie says, and no exception where a real server has none. */
import { OutsideFailure } from '../../../adapters/failure.ts';
import type { SnapshotStore, StoredObject } from '../../../adapters/storage/port.ts';

/**
 * Of a listing: half of it, nothing, what there was some changes ago, each name twice. Of a listing or a file: a login
 * page with status 200. Of any request: a failure, for changes before or after they take effect.
 */
export const lies = [
  'whole',
  'truncated',
  'empty',
  'lagging',
  'repeated',
  'foreign',
  'failing',
  'failing late',
] as const;
export type Lie = (typeof lies)[number];

interface Kept {
  bytes: Uint8Array;
  modifiedMs: number;
}

/** Changes that a lagging listing is behind. */
const lag = 12;

export class DoubtfulStore {
  readonly objects = new Map<string, Kept>();
  nowMs = Date.UTC(2026, 10, 21);
  /** What the next answer is. */
  nextLie: () => Lie = () => 'whole';
  /** Called after each change. */
  onChange: () => void = () => {};
  #past: ReadonlyMap<string, Kept>[] = [];

  write(key: string, text: string, modifiedMs = this.nowMs): void {
    this.#change(() => this.objects.set(key, { bytes: new TextEncoder().encode(text), modifiedMs }));
  }

  open(): SnapshotStore {
    const refuse = (told: 'BadAnswer' | 'Unavailable') => {
      throw new OutsideFailure(told, 'the store', `the store: ${told}`);
    };
    const listed = (prefix: string): StoredObject[] => {
      const lie = this.nextLie();
      // The adapters refuse what is no listing.
      if (lie === 'foreign') refuse('BadAnswer');
      if (lie === 'failing' || lie === 'failing late') refuse('Unavailable');
      const seen = lie === 'lagging' ? (this.#past.at(-lag) ?? this.#past[0] ?? this.objects) : this.objects;
      const folder = `${prefix.replace(/\/+$/, '')}/`;
      const below = [...seen].filter(([key]) => key.startsWith(folder)).map(([key, kept]) => stored(key, kept));
      if (lie === 'empty') return [];
      if (lie === 'truncated') return below.slice(0, Math.floor(below.length / 2));
      return lie === 'repeated' ? [...below, ...below] : below;
    };
    const change = async (effect: () => unknown) => {
      const lie = this.nextLie();
      if (lie === 'failing') refuse('Unavailable');
      this.#change(effect);
      if (lie === 'failing late') refuse('Unavailable');
    };
    const asked = (): Lie => {
      const lie = this.nextLie();
      if (lie === 'failing' || lie === 'failing late') refuse('Unavailable');
      return lie;
    };
    const store: Partial<SnapshotStore> = {
      description: 'the store',
      stat: async (key) => {
        // A HEAD with status 200 that tells no time is refused by the adapter.
        if (asked() === 'foreign') refuse('BadAnswer');
        const kept = this.objects.get(key);
        return kept && stored(key, kept);
      },
      read: async (key) => {
        if (asked() === 'foreign') return new TextEncoder().encode('<html><body>Please log in</body></html>');
        return this.objects.get(key)?.bytes;
      },
      list: async function* (prefix) {
        yield* listed(prefix);
      },
      children: async (prefix) => {
        const found = listed(prefix).map((one) => ({ one, parts: one.key.slice(prefix.length + 1).split('/') }));
        const directories = new Set(found.filter(({ parts }) => parts.length > 1).map(({ parts }) => parts[0]!));
        const objects = found.filter(({ parts }) => parts.length === 1).map(({ one }) => one);
        return { directories: [...directories], objects };
      },
      put: (key, bytes) =>
        change(() => this.objects.set(key, { bytes: Uint8Array.from(bytes), modifiedMs: this.nowMs })),
      delete: (key) => change(() => this.objects.delete(key)),
      removeFolder: async () => {},
    };
    return store as SnapshotStore;
  }

  #change(effect: () => unknown): void {
    this.#past.push(new Map(this.objects));
    effect();
    this.onChange();
  }
}

function stored(key: string, { bytes, modifiedMs }: Kept): StoredObject {
  return { key, sizeBytes: bytes.length, modifiedAt: new Date(modifiedMs) };
}
