/** Stores of zones for tests of what jobs need to start. */
import type { S3StoreConfig, StoreConfig, WebHdfsStoreConfig } from '../../../model/config/types.ts';
import type { StoresInSight } from '../../../model/artifacts/place.ts';

export function s3Of(zone: string, more: Partial<S3StoreConfig> = {}): S3StoreConfig {
  return {
    type: 's3',
    endpoint: `http://s3.${zone}`,
    region: 'us-east-1',
    bucket: `flink-${zone}`,
    prefix: 'az-escape',
    forcePathStyle: true,
    accessKeyId: { env: 'A' },
    secretAccessKey: { env: 'B' },
    flinkSchemes: { inZone: 's3a', fromPeer: 's3p' },
    flinkConfiguration: {},
    ...more,
  };
}

export function hdfsOf(zone: string): WebHdfsStoreConfig {
  return {
    type: 'webhdfs',
    endpoint: `http://${zone}:9870`,
    flinkUri: `hdfs://${zone}:8020`,
    user: 'flink',
    prefix: 'az-escape',
    flinkConfiguration: {},
  };
}

const storesOf = (zone: string): Record<string, StoreConfig> => ({ s3: s3Of(zone), hdfs: hdfsOf(zone) });

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
