/** Tries the peer's store before anything is asked of a job: a savepoint that hangs holds up the job's checkpoints. */
import { OutsideFailure } from '../../adapters/failure.ts';
import type { MemoryKey } from '../../adapters/process-memory.ts';
import type { SnapshotStore } from '../../adapters/storage/port.ts';
import { TypedFailure } from '../../adapters/typed-failure.ts';
import type { Clock, Configured, Remembering } from '../../adapters/ports.ts';

/** A probe answers for all jobs that begin within this time: a sweep over a thousand of them costs a few. */
const goodForMs = 2_000;

const probesOf: MemoryKey<WeakMap<SnapshotStore, { atMs: number; answer: Promise<void> }>> = {
  name: 'probes of stores',
  make: () => new WeakMap(),
};

/** @throws TypedFailure `StoreDown` */
export async function probeBeforeRound(ports: Configured & Clock & Remembering, store: SnapshotStore): Promise<void> {
  const probes = ports.memory.of(probesOf);
  const known = probes.get(store);
  const nowMs = ports.now();
  const isFresh = known !== undefined && nowMs - known.atMs < goodForMs;
  const probe = isFresh ? known : { atMs: nowMs, answer: store.probe(ports.config.escape.probeDeadlineMs) };
  if (!isFresh) probes.set(store, probe);
  try {
    await probe.answer;
  } catch (error) {
    if (!(error instanceof OutsideFailure)) throw error;
    throw new TypedFailure('StoreDown', `${store.description}: ${error.message}`);
  }
}
