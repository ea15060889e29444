/** The data of a zone's stores. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { LabZone } from '../layout.ts';
import { hdfsPaths } from './hdfs-config.ts';
import { s3Objects } from './s3.ts';
import type { Report } from './zone.ts';

/** Deletes every object and file: when the zone comes back its stores are empty. Its processes must be gone. */
export function destroyStorage(zone: LabZone, report: Report): void {
  const { names, blocks } = hdfsPaths(zone);
  for (const folder of [s3Objects(zone), names, blocks, join(zone.dir, 'hdfs', 'tmp')]) {
    rmSync(folder, { recursive: true, force: true });
  }
  report(`${zone.name}  its S3 objects and HDFS files are deleted`);
}
