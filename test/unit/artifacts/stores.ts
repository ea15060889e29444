/** Stores of zones for tests of what jobs need to start. */
import type { S3StoreConfig, StoreConfig } from '../../../model/config/types.ts';
import type { StoresInSight } from '../../../model/artifacts/place.ts';
import { buildHdfsStore, buildS3Store } from '../../builders/config.ts';

export function s3Of(zone: string, more: Partial<S3StoreConfig> = {}): S3StoreConfig {
  return buildS3Store(zone, { bucket: `flink-${zone}`, ...more });
}

const storesOf = (zone: string): Record<string, StoreConfig> => ({ s3: s3Of(zone), hdfs: buildHdfsStore(zone) });

/** A round that protects az-a in az-b, beside a third zone. */
export const inSight: StoresInSight = {
  home: storesOf('az-a'),
  peer: storesOf('az-b'),
  others: Object.values(storesOf('az-c')),
};

/** The way back. */
export const wayBack: StoresInSight = {
  home: storesOf('az-b'),
  peer: storesOf('az-a'),
  others: Object.values(storesOf('az-c')),
};
