/** A zone's S3 server: versitygw over a folder of the zone. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { HeadBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { cachePaths, labPorts, labS3Credentials, type LabZone } from '../layout.ts';
import type { Component } from './component.ts';

/** Folder of a zone's S3 objects. */
export const s3Objects = (zone: LabZone): string => join(zone.dir, 's3');

/** Creates the folder of the zone's bucket: a folder below the server's is a bucket to it. */
export function createBucketFolder(zone: LabZone): void {
  mkdirSync(join(s3Objects(zone), zone.s3.bucket), { recursive: true });
}

/** The server. Ready when it lets the lab's user see the zone's bucket. */
export function s3Server(zone: LabZone): Component {
  return {
    name: 's3',
    command: join(cachePaths.bin, 'versitygw'),
    args: ['--port', `${zone.ip}:${labPorts.s3}`, '--keep-alive', '--quiet', 'posix', s3Objects(zone)],
    env: { ROOT_ACCESS_KEY: labS3Credentials.accessKeyId, ROOT_SECRET_KEY: labS3Credentials.secretAccessKey },
    ready: async () => {
      const client = new S3Client({
        endpoint: zone.s3.endpoint,
        region: 'us-east-1',
        forcePathStyle: true,
        credentials: labS3Credentials,
        maxAttempts: 1,
        requestHandler: { httpAgent: { keepAlive: false } },
      });
      try {
        // The client's own time-outs bound its steps, not the whole request.
        const abortSignal = AbortSignal.timeout(2_000);
        await client.send(new HeadBucketCommand({ Bucket: zone.s3.bucket }), { abortSignal });
        return undefined;
      } finally {
        client.destroy();
      }
    },
  };
}
