/** The lab's `az-escape.yaml` and the secrets that it names, as a user would write them for zones of their own. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { fleetNamespace } from './fleet/fleet-jobs.ts';
import { labStoreFlinkConfiguration } from './jobs/store-settings.ts';
import { labHome, labJobNamespace, labPorts, labS3Credentials, labTemporal, labZone, labZoneNames } from './layout.ts';
import type { LabZoneName } from './layout.ts';

/** Where `lab up` writes it. */
const labConfigFile = join(labHome, 'az-escape.yaml');

const secretFiles = {
  accessKeyId: join(labHome, 'secrets', 's3-access-key-id'),
  secretAccessKey: join(labHome, 'secrets', 's3-secret-access-key'),
};

/** Writes configuration and secrets (readable by root alone). Repeating it changes nothing. */
export async function writeLabConfig(): Promise<string> {
  await mkdir(join(labHome, 'secrets'), { recursive: true, mode: 0o700 });
  await writeFile(secretFiles.accessKeyId, labS3Credentials.accessKeyId, { mode: 0o600 });
  await writeFile(secretFiles.secretAccessKey, labS3Credentials.secretAccessKey, { mode: 0o600 });
  await writeFile(labConfigFile, labConfigText());
  return labConfigFile;
}

/** The configuration as text. */
function labConfigText(): string {
  const zones = Object.fromEntries(labZoneNames.map((name) => [name, zoneSection(name)]));
  return stringify({ temporal: { address: labTemporal.address, namespace: labTemporal.namespace }, zones });
}

function zoneSection(name: LabZoneName): unknown {
  const zone = labZone(name);
  return {
    peer: labZoneNames.find((other) => other !== name),
    kubernetes: {
      kubeconfig: zone.productKubeconfig,
      namespaces: [labJobNamespace, fleetNamespace],
      requestTimeout: '10s',
    },
    flinkRest: { via: 'service-proxy' },
    stores: {
      s3: {
        type: 's3',
        endpoint: zone.s3.endpoint,
        bucket: zone.s3.bucket,
        prefix: 'az-escape',
        forcePathStyle: true,
        accessKeyId: { file: secretFiles.accessKeyId },
        secretAccessKey: { file: secretFiles.secretAccessKey },
        flinkSchemes: { inZone: 's3a', fromPeer: 's3p' },
        flinkConfiguration: labStoreFlinkConfiguration(name, 's3'),
      },
      hdfs: {
        type: 'webhdfs',
        endpoint: zone.hdfs.http,
        flinkUri: `hdfs://${zone.ip}:${labPorts.hdfsRpc}`,
        user: 'flink',
        prefix: 'az-escape',
        flinkConfiguration: labStoreFlinkConfiguration(name, 'hdfs'),
      },
    },
  };
}
