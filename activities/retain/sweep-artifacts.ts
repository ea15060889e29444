/** Copies of jars that nobody names go, in every store in which jobs of a zone are protected. */
import { peersOf } from '../../model/config/types.ts';
import { sweepStore } from './sweep-store.ts';
import {
  type Clock,
  type Clusters,
  type Configured,
  type Logging,
  type Pulse,
  type Stores,
  zoneConfig,
} from '../../adapters/ports.ts';
import type { ArtifactSweep } from '../../model/results/retain.ts';

/** A workflow's history carries them. */
const mostItems = 50;

/** A store that fails is thrown, to be tried again. */
export async function sweepArtifacts(
  ports: Configured & Clusters & Stores & Logging & Clock,
  home: string,
  dryRun: boolean,
  pulse: Pulse,
): Promise<ArtifactSweep> {
  const sweep: ArtifactSweep = { items: [], files: 0, bytes: 0, leaving: 0 };
  for (const zone of peersOf(zoneConfig(ports, home))) {
    for (const store of Object.keys(zoneConfig(ports, zone).stores)) {
      const { removed, leaving, skipped } = await sweepStore(ports, { zone, storeName: store, dryRun }, pulse);
      sweep.leaving += leaving;
      if (skipped !== undefined) sweep.skipped = skipped;
      for (const { key, sizeBytes } of removed.flatMap(({ files }) => files)) {
        sweep.files += 1;
        sweep.bytes += sizeBytes;
        if (sweep.items.length < mostItems) sweep.items.push({ zone, store, what: key, bytes: sizeBytes });
      }
      if (!dryRun && removed.length > 0) {
        ports.log.info({ zone, store }, `${removed.length} copies of jars deleted that nobody names any more`);
      }
    }
  }
  return sweep;
}
