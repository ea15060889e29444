/** A zone's store in memory. Its maps are shared by all who open it; nothing is lost when a worker dies. */
import { MemoryStore } from '../shared/memory-store.ts';
import type { Clock } from '../../adapters/clock.ts';
import type { Way } from '../shared/way.ts';

export class SimulatedStore extends MemoryStore {
  constructor(way: Way, name: string, clock: Clock) {
    super({
      description: `store ${way.name}/${name}`,
      clock,
      request: (operation, object, signal, effect) => way.request('store', operation, object, signal, effect),
    });
  }
}
