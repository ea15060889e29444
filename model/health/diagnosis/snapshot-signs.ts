/** Signs of a damaged snapshot in chains of causes: texts of Flink 1.20, RocksDB and the S3 and HDFS file systems. */
import type { Chain } from './causes.ts';
import type { DiagnosisCode } from './codes.ts';

/** The chain is about starting from a snapshot; the job's own files may be missing or damaged, too. */
const whileReadingMetadata =
  /JobInitializationException|Could not start the JobMaster|checkpoint\/savepoint metadata|meta ?data file|_metadata|magic number/i;
const whileRestoring =
  /StreamOperatorStateContext|Could not restore|BackendBuildingException|restore options|restor(e|ing) (keyed|operator) state/i;

const missing =
  /FileNotFoundException|NoSuchFileException|NoSuchKey|NotFound.*(404|key)|Cannot find (meta data file|checkpoint or savepoint)|File does not exist|No such file or directory/i;

/** Missing things that are no part of a snapshot. */
const notOfSnapshot = /HADOOP_HOME|winutils|\.jar\b|core-site|hive-site/i;

const cutShort = /EOFException|StreamCorruptedException|Premature EOF|UTFDataFormatException/;
const noMetadata =
  /Unexpected magic number|Cannot find (a )?(de)?serializer for version|Unrecognized (checkpoint|savepoint) version|Unexpected version/i;
const damagedTable =
  /checksum mismatch|Corruption:|Bad table magic number|file is too short|is too short.*sstable|corrupted|truncated block/i;

export interface SnapshotSign {
  code: Extract<DiagnosisCode, `snapshot-${string}`>;
  /** The cause that shows it. */
  cause: string;
}

/**
 * The first sign in any chain. Looks at whole chains, and at all of them: what ends a chain, or comes newest, is often
 * a ClosedChannelException of another task that only masks the missing file.
 */
export function snapshotSign(chains: readonly Chain[]): SnapshotSign | undefined {
  for (const { causes } of chains) {
    const whole = causes.join('\n');
    const atStart = whileReadingMetadata.test(whole);
    if (!atStart && !whileRestoring.test(whole)) continue;
    const find = (sign: RegExp): string | undefined =>
      causes.findLast((cause) => sign.test(cause) && !notOfSnapshot.test(cause));

    // Before "missing": a truncated _metadata also ends in an I/O error.
    const unreadable = atStart ? (find(noMetadata) ?? find(cutShort)) : undefined;
    if (unreadable) return { code: 'snapshot-metadata-corrupt', cause: unreadable };
    const absent = find(missing);
    if (absent) return { code: 'snapshot-file-missing', cause: absent };
    const damaged = find(damagedTable) ?? find(cutShort);
    if (damaged) return { code: 'snapshot-data-corrupt', cause: damaged };
  }
  return undefined;
}
