/** Reads what an escape has written, from whichever of the peers of the zone or cluster keeps it. */
import { clustersNamed, peersOfClusters } from '../../model/config/zone-clusters.ts';
import { OutsideFailure } from '../../adapters/failure.ts';
import type { Configured, Stores } from '../../adapters/ports.ts';
import { reportStore } from './report-shelf.ts';

/**
 * Undefined where no peer has it. Of several peers one that does not answer is passed over.
 * @throws OutsideFailure where the object was not found and a peer that may have it did not answer
 */
export async function readFromPeers(
  ports: Configured & Stores,
  zone: string,
  key: string,
  options: { maxBytes: number; signal?: AbortSignal },
): Promise<Uint8Array | undefined> {
  let failure: OutsideFailure | undefined;
  for (const peer of peersOfClusters(ports.config, clustersNamed(ports.config, zone))) {
    try {
      const bytes = await reportStore(ports, peer).read(key, options);
      if (bytes) return bytes;
    } catch (error) {
      if (!(error instanceof OutsideFailure)) throw error;
      failure ??= error;
    }
  }
  if (failure) throw failure;
  return undefined;
}
