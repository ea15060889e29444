/** Opens a zone's store by its configuration. */
import type { Clock } from '../clock.ts';
import type { SecretSource, StoreConfig } from '../../model/config/types.ts';
import { readSecret } from '../secrets.ts';
import type { SnapshotStore } from './port.ts';
import { S3Store } from './s3/s3-store.ts';
import { WebHdfsStore } from './webhdfs/webhdfs-store.ts';

/**
 * The store `storeName` of zone `zoneName`. Opens no connection and reads no secret before the first call, so a zone
 * whose store or secret is gone does not keep a worker from starting. Close it after use.
 */
export function openStore(
  zoneName: string,
  storeName: string,
  config: StoreConfig,
  { secrets, clock }: { secrets: (source: SecretSource) => Promise<string>; clock: Clock },
): SnapshotStore {
  const system = `store ${zoneName}/${storeName}`;
  const store =
    config.type === 's3' ? new S3Store(system, config, secrets, clock) : new WebHdfsStore(system, config, clock);
  // Another thread reads secrets by their references, and by nothing else.
  if (secrets === readSecret) store.address = { zoneName, storeName, config };
  return store;
}
