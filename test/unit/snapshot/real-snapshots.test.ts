import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readMetadata } from '../../../model/snapshot/read-metadata.ts';
import { requiredFiles } from '../../../model/snapshot/required-files.ts';
import { rewriteReferences } from '../../../model/snapshot/rewrite-metadata.ts';
import type { SnapshotMetadata, SnapshotReference } from '../../../model/snapshot/types.ts';

/** What was seen when the snapshot was taken; see fixtures/README.md. */
interface Seen {
  folder: string;
  checkpointId: number;
  vertices: { id: string; parallelism: number; maxParallelism: number }[];
  files: Record<string, number>;
}

const kindsOf: Record<string, SnapshotReference['kind'][]> = {
  'native-savepoint': ['relative'],
  'incremental-checkpoint': ['absolute', 'relative'],
  'merged-files-checkpoint': ['directory', 'segment'],
};

function fixture(name: string) {
  const bytes = new Uint8Array(readFileSync(new URL(`fixtures/${name}/_metadata`, import.meta.url)));
  const seen = JSON.parse(readFileSync(new URL(`fixtures/${name}/seen.json`, import.meta.url), 'utf8')) as Seen;
  return { bytes, seen };
}

function read(bytes: Uint8Array): SnapshotMetadata {
  const result = readMetadata(bytes);
  if (!result.ok) expect.fail(`${result.problem.message} at ${result.problem.offset}`);
  return result.metadata;
}

describe.each(Object.keys(kindsOf))('the %s that Flink 1.20.0 wrote', (name) => {
  const { bytes, seen } = fixture(name);

  it('is read with its version, checkpoint and operators', () => {
    const metadata = read(bytes);
    expect(metadata.version).toBe(4);
    expect(metadata.checkpointId).toBe(seen.checkpointId);
    // A vertex goes by the id of its first operator.
    for (const vertex of seen.vertices) {
      expect(metadata.operators).toContainEqual({ ...vertex, name: undefined });
    }
  });

  it('refers to files that lay there with the sizes it says', () => {
    const { references } = read(bytes);
    expect([...new Set(references.map(({ kind }) => kind))].sort()).toEqual(kindsOf[name]);
    const files = requiredFiles(references);
    expect(files.length).toBeGreaterThan(3);
    for (const { path, relative, sizeBytes, sizeIs } of files) {
      const where = relative ? `${seen.folder}/${path}` : path.replace('file:', '');
      const size = seen.files[where];
      expect(size, where).toBeDefined();
      if (sizeIs === 'exact') expect(size, where).toBe(sizeBytes);
      else expect(size, where).toBeGreaterThanOrEqual(sizeBytes);
    }
  });

  it('is truncated at every byte before its properties', () => {
    const propertiesAt = Buffer.from(bytes).lastIndexOf(Buffer.from('aced0005', 'hex'));
    for (let length = 0; length < propertiesAt + 4; length += 1) {
      expect(readMetadata(bytes.subarray(0, length))).toMatchObject({ ok: false, problem: { code: 'truncated' } });
    }
  });

  it('can be moved elsewhere and back', () => {
    const { references } = read(bytes);
    const there = rewriteReferences(bytes, references, ({ path }) => path.replace('file:/', 's3a://az-b/peer/'));
    const moved = read(there).references;
    expect(moved.some(({ path }) => path.startsWith('file:'))).toBe(false);
    expect(moved.map(({ sizeBytes }) => sizeBytes)).toEqual(references.map(({ sizeBytes }) => sizeBytes));
    expect(rewriteReferences(there, moved, ({ path }) => path.replace('s3a://az-b/peer/', 'file:/'))).toEqual(bytes);
  });
});
