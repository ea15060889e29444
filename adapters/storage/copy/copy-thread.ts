/** What runs in a copying thread: connections, parsing and digests of its own, so that the main thread stays free. */
import { parentPort } from 'node:worker_threads';
import { systemClock } from '../../clock.ts';
import { readSecret } from '../../secrets.ts';
import { copyFile } from './copy-file.ts';
import { plainFailure, type CopyAnswer, type CopyRequest, type CopyStep } from './copy-messages.ts';
import { openStore } from '../open-store.ts';
import type { SnapshotStore, StoreAddress } from '../port.ts';

const clock = systemClock();

/** As many as the configuration names; they end with the thread. */
const stores = new Map<string, SnapshotStore>();
const underWay = new Map<number, AbortController>();
/** What a step waits for. */
const waiting = new Map<number, () => void>();

function storeAt(address: StoreAddress): SnapshotStore {
  const name = JSON.stringify(address);
  const known = stores.get(name);
  if (known) return known;
  const opened = openStore(address.zoneName, address.storeName, address.config, { secrets: readSecret, clock });
  stores.set(name, opened);
  return opened;
}

async function answer(request: Extract<CopyRequest, { kind: 'copy' }>): Promise<CopyAnswer> {
  const { id, file, stepBytes } = request;
  const stop = new AbortController();
  underWay.set(id, stop);
  try {
    const stores = { from: storeAt(request.from), to: storeAt(request.to) };
    const mayPass = (bytes: number) => askToPass({ id, stepBytes: bytes }, stop.signal);
    const steps = stepBytes === undefined ? undefined : { stepBytes, mayPass };
    const sha256 = await copyFile(stores, file, stop.signal, steps);
    return { id, sha256 };
  } catch (error) {
    return { id, failure: plainFailure(error) };
  } finally {
    underWay.delete(id);
  }
}

/** @throws the reason of the signal, if that comes first */
async function askToPass(step: CopyStep, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const stop = () => reject(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  waiting.set(step.id, resolve);
  parentPort?.postMessage(step);
  try {
    await promise;
  } finally {
    signal.removeEventListener('abort', stop);
    waiting.delete(step.id);
  }
}

parentPort?.on('message', (request: CopyRequest) => {
  if (request.kind === 'copy') {
    void answer(request).then((said) => parentPort?.postMessage(said));
  } else if (request.kind === 'pass') {
    waiting.get(request.id)?.();
  } else {
    // Stores take this name for a deadline of the caller's, which is the store's failure.
    underWay.get(request.id)?.abort(new DOMException('no longer wanted', request.late ? 'TimeoutError' : 'AbortError'));
  }
});
