/** A store in memory whose answers may be wrong: what a drawn lie says, and no exception where a real server has none. */
import { systemClock } from '../../../adapters/clock.ts';
import { OutsideFailure } from '../../../adapters/failure.ts';
import type { SnapshotStore } from '../../../adapters/storage/port.ts';
import {
  MemoryStore,
  type HeldObjects,
  type Listing,
  type StoreRequest,
} from '../../../simulation/shared/memory-store.ts';

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

/** Changes that a lagging listing is behind. */
const lag = 12;

export class DoubtfulStore {
  readonly objects: HeldObjects = new Map();
  nowMs = Date.UTC(2026, 10, 21);
  /** What the next answer is: to a listing, or to any other request. */
  nextLie: (to: 'listing' | 'other') => Lie = () => 'whole';
  /** Called after each change. */
  onChange: () => void = () => {};
  #past: HeldObjects[] = [];

  write(key: string, text: string, modifiedMs = this.nowMs): void {
    this.#change(() => this.objects.set(key, { bytes: new TextEncoder().encode(text), modifiedMs }));
  }

  open(): SnapshotStore {
    const request: StoreRequest = async (operation, _key, _signal, effect) => {
      const isChange = operation === 'put' || operation === 'delete' || operation === 'createIfAbsent';
      if (operation === 'removeFolder' || operation === 'list' || operation === 'children') return effect();
      const lie = this.nextLie('other');
      if (lie === 'failing' || (lie === 'failing late' && !isChange)) refuse('Unavailable');
      if (isChange) {
        const answer = this.#change(effect);
        if (lie === 'failing late') refuse('Unavailable');
        return answer;
      }
      // A HEAD with status 200 that tells no time is refused by the adapter.
      if (lie === 'foreign' && operation === 'stat') refuse('BadAnswer');
      if (lie === 'foreign') return loginPage as ReturnType<typeof effect>;
      return effect();
    };
    const listing: Listing = (now, of) => {
      const lie = this.nextLie('listing');
      // The adapters refuse what is no listing.
      if (lie === 'foreign') refuse('BadAnswer');
      if (lie === 'failing' || lie === 'failing late') refuse('Unavailable');
      const seen = lie === 'lagging' ? (this.#past.at(-lag) ?? this.#past[0] ?? now) : now;
      const below = of(seen);
      if (lie === 'empty') return [];
      if (lie === 'truncated') return below.slice(0, Math.floor(below.length / 2));
      return lie === 'repeated' ? [...below, ...below] : below;
    };
    const { objects } = this;
    const clock = { ...systemClock(), now: () => this.nowMs };
    return new MemoryStore({ description: 'the store', objects, clock, request, listing });
  }

  #change<T>(effect: () => T): T {
    this.#past.push(new Map(this.objects));
    const answer = effect();
    this.onChange();
    return answer;
  }
}

const loginPage: unknown = new TextEncoder().encode('<html><body>Please log in</body></html>');

function refuse(told: 'BadAnswer' | 'Unavailable'): never {
  throw new OutsideFailure(told, 'the store', `the store: ${told}`);
}
