/** What runs in a copying thread: connections, parsing and digests of its own, so that the main thread stays free. */
import { parentPort } from 'node:worker_threads';
import { readSecret } from '../secrets.ts';
import { copyFile } from './copy-file.ts';
import { plainFailure, type CopyAnswer, type CopyRequest } from './copy-messages.ts';
import { openStore } from './open-store.ts';
import type { SnapshotStore, StoreAddress } from './port.ts';

/** As many as the configuration names; they end with the thread. */
const stores = new Map<string, SnapshotStore>();
const underWay = new Map<number, AbortController>();

function storeAt(address: StoreAddress): SnapshotStore {
  const name = JSON.stringify(address);
  const known = stores.get(name);
  if (known) return known;
  const opened = openStore(address.zoneName, address.storeName, address.config, readSecret);
  stores.set(name, opened);
  return opened;
}

async function answer(request: Extract<CopyRequest, { kind: 'copy' }>): Promise<CopyAnswer> {
  const { id, file } = request;
  const stop = new AbortController();
  underWay.set(id, stop);
  try {
    const sha256 = await copyFile({ from: storeAt(request.from), to: storeAt(request.to) }, file, stop.signal);
    return { id, sha256 };
  } catch (error) {
    return { id, failure: plainFailure(error) };
  } finally {
    underWay.delete(id);
  }
}

parentPort?.on('message', (request: CopyRequest) => {
  if (request.kind === 'copy') {
    void answer(request).then((said) => parentPort?.postMessage(said));
  } else {
    // Stores take this name for a deadline of the caller's, which is the store's failure.
    underWay.get(request.id)?.abort(new DOMException('no longer wanted', request.late ? 'TimeoutError' : 'AbortError'));
  }
});
