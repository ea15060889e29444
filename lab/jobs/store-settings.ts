/**
 * Flink settings that differ by zone: where a job of a zone keeps its checkpoints and how it reaches both zones'
 * stores. Templates: `{namespace}` and `{job}` are filled in for each job.
 */
import { labS3Credentials, labZone, labZoneNames, type LabZone, type LabZoneName } from '../layout.ts';
import type { LabStore } from './sample-jobs.ts';

/** The zone to which a zone's jobs escape. */
export function labPeerOf(zone: LabZoneName): LabZoneName {
  return labZoneNames.find((other) => other !== zone)!;
}

/**
 * Settings of a job that runs in `zone` with its snapshots in a store of this kind. A job on S3 sees its own zone's
 * bucket as `s3a://` and the peer's as `s3p://`; one on HDFS names the NameNode in each path.
 */
export function labStoreFlinkConfiguration(zone: LabZoneName, store: LabStore): Record<string, string> {
  const own = labZone(zone);
  const peer = labZone(labPeerOf(zone));
  return store === 's3'
    ? { ...directories(`s3a://${own.s3.bucket}`), ...s3Clients(own, peer) }
    : { ...directories(own.hdfs.uri), ...hdfsClient };
}

function directories(root: string): Record<string, string> {
  const base = `${root}/flink/{namespace}/{job}`;
  return {
    // Flink 1.20 reads the new name first; operator 1.7.0 and its checks know the old one only.
    'execution.checkpointing.dir': `${base}/checkpoints`,
    'state.checkpoints.dir': `${base}/checkpoints`,
    'state.savepoints.dir': `${base}/savepoints`,
    'high-availability.storageDir': `${base}/ha`,
  };
}

/**
 * Flink has two S3 clients with an endpoint each: Hadoop's reads `s3a.*`, Presto's reads `presto.s3.*`. A setting named
 * `s3.*` would go to both. In a FlinkDeployment anybody who may read it reads the credentials: fit for the lab only.
 */
function s3Clients(own: LabZone, peer: LabZone): Record<string, string> {
  const { accessKeyId, secretAccessKey } = labS3Credentials;
  return {
    's3a.endpoint': own.s3.endpoint,
    's3a.access-key': accessKeyId,
    's3a.secret-key': secretAccessKey,
    's3a.path.style.access': 'true',
    // By default Hadoop deletes the marker of each parent folder after each file; with the lab's S3 server, which keeps
    // folders as such, a job then stays INITIALIZING for minutes.
    's3a.directory.marker.retention': 'keep',
    // By default Hadoop tries for more than two minutes before it says that a store is not there.
    's3a.connection.establish.timeout': '3000',
    's3a.connection.timeout': '10000',
    's3a.attempts.maximum': '2',
    's3a.retry.limit': '3',
    's3a.retry.interval': '500ms',
    'presto.s3.endpoint': peer.s3.endpoint,
    'presto.s3.access-key': accessKeyId,
    'presto.s3.secret-key': secretAccessKey,
    'presto.s3.path-style-access': 'true',
    'presto.s3.ssl.enabled': 'false',
    // While a savepoint hangs on a lost peer, the job's own checkpoints wait behind it.
    'presto.s3.connect-timeout': '3s',
    'presto.s3.socket-timeout': '5s',
    'presto.s3.max-client-retries': '1',
    'presto.s3.max-error-retries': '1',
    'presto.s3.max-backoff-time': '1s',
    'presto.s3.max-retry-time': '5s',
  };
}

/** One client for both zones; Flink hands what begins with `flink.hadoop.` to Hadoop. */
const hdfsClient: Record<string, string> = {
  // The lab's HDFS has one DataNode.
  'flink.hadoop.dfs.replication': '1',
  'flink.hadoop.ipc.client.connect.timeout': '3000',
  'flink.hadoop.ipc.client.connect.max.retries': '1',
  'flink.hadoop.ipc.client.connect.max.retries.on.timeouts': '1',
  'flink.hadoop.dfs.client.socket-timeout': '10000',
  'flink.hadoop.dfs.client.failover.max.attempts': '1',
};
