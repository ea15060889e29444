/** Which of a zone's stores has a job's recovery points: the one that its owner names, else the zone's first. */
import type { ZoneConfig } from '../config/types.ts';
import type { FlinkDeployment } from '../job/flink-deployment.ts';
import { annotations } from '../job/marks.ts';

type Marked = Pick<FlinkDeployment, 'metadata'>;
type Stores = Pick<ZoneConfig, 'stores'>;

/** Name of the store of jobs that name none, and of all that belongs to no job. */
export function defaultStoreName({ stores }: Stores): string {
  return Object.keys(stores)[0]!;
}

/** Name of the job's store, which need not be one of the zone's. */
export function storeNameOf(object: Marked, zone: Stores): string {
  return storeNamed(object) ?? defaultStoreName(zone);
}

/** The name that the job's owner wrote, where there is one. */
export function storeNamed({ metadata }: Marked): string | undefined {
  return metadata.annotations?.[annotations.store];
}
