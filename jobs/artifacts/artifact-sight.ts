/** Are the jars that recovery points need in the zone? Jobs share them, so each is asked for once. */
import type { KeptArtifact } from '../../model/artifacts/schema.ts';
import type { RecoveryPointManifest } from '../../model/recovery/manifest.ts';
import type { Stores } from '../../adapters/ports.ts';

export class ArtifactSight {
  readonly #stores: Stores;
  readonly #sizes = new Map<string, Promise<number | undefined>>();

  constructor(stores: Stores) {
    this.#stores = stores;
  }

  /**
   * What a recovery point lacks beside its snapshot, in the zone that holds it; undefined when nothing. Asks for
   * nothing where nothing was copied for it, as with a jar in the image.
   */
  async lackOf(manifest: RecoveryPointManifest, signal: AbortSignal): Promise<string | undefined> {
    for (const artifact of manifest.artifacts ?? []) {
      if (artifact.kind === 'missing') {
        return `recovery point ${manifest.id} needs ${artifact.uri}, of which no copy came to ${manifest.to}`;
      }
      if (artifact.kind !== 'kept') continue;
      const { uri, store, key, sizeBytes } = artifact;
      const size = await this.#sizeOf(manifest.to, artifact, signal);
      if (size === sizeBytes) continue;
      const where = `in store ${manifest.to}/${store}: ${key}`;
      if (size === undefined) return `recovery point ${manifest.id} needs ${uri}, and its copy is not ${where}`;
      return `recovery point ${manifest.id} needs ${uri}, and its copy has ${size} of ${sizeBytes} bytes ${where}`;
    }
    return undefined;
  }

  #sizeOf(zone: string, { store, key }: KeptArtifact, signal: AbortSignal): Promise<number | undefined> {
    const place = `${zone}/${store}/${key}`;
    const known = this.#sizes.get(place);
    if (known) return known;
    const asked = this.#stores
      .store(zone, store)
      .stat(key, signal)
      .then((found) => found?.sizeBytes);
    this.#sizes.set(place, asked);
    // What was not answered is asked again.
    asked.catch(() => this.#sizes.delete(place));
    return asked;
  }
}
