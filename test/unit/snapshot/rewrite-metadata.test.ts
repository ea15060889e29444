import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readMetadata } from '../../../model/snapshot/read-metadata.ts';
import { rewriteReferences } from '../../../model/snapshot/rewrite-metadata.ts';
import type { SnapshotMetadata } from '../../../model/snapshot/types.ts';
import { metadataModels } from './arbitrary-metadata.ts';
import { writeMetadata } from '../../../simulation/snapshot/write-metadata.ts';

function read(bytes: Uint8Array): SnapshotMetadata {
  const result = readMetadata(bytes);
  if (!result.ok) expect.fail(`${result.problem.message} at ${result.problem.offset}`);
  return result.metadata;
}

describe('rewriting the paths of a _metadata', () => {
  it('reads back with the new paths and everything else as it was', () => {
    const prefix = fc.string({ unit: 'binary', maxLength: 60 });
    fc.assert(
      fc.property(metadataModels, prefix, (model, newPrefix) => {
        const { bytes, expected } = writeMetadata(model);
        const rewritten = read(rewriteReferences(bytes, expected.references, ({ path }) => newPrefix + path));
        const wanted = expected.references.map(({ kind, path, sizeBytes }) => ({
          kind,
          path: kind === 'relative' ? path : newPrefix + path,
          sizeBytes,
        }));
        expect(rewritten.references.map(({ kind, path, sizeBytes }) => ({ kind, path, sizeBytes }))).toEqual(wanted);
        expect({ ...rewritten, references: [] }).toEqual({ ...expected, references: [] });
      }),
      { numRuns: 300 },
    );
  });

  it('gives the same bytes for the same paths, the unread properties included', () => {
    fc.assert(
      fc.property(metadataModels, (model) => {
        const { bytes, expected } = writeMetadata(model);
        expect(rewriteReferences(bytes, expected.references, ({ path }) => path)).toEqual(bytes);
      }),
      { numRuns: 200 },
    );
  });

  it('can be undone', () => {
    fc.assert(
      fc.property(metadataModels, (model) => {
        const { bytes, expected } = writeMetadata(model);
        const there = rewriteReferences(bytes, expected.references, ({ path }) => `s3a://elsewhere/${path}`);
        const back = rewriteReferences(there, read(there).references, ({ path }) =>
          path.slice('s3a://elsewhere/'.length),
        );
        expect(back).toEqual(bytes);
      }),
      { numRuns: 200 },
    );
  });

  it('takes references in any order', () => {
    const { bytes, expected } = oneFile('a', 'bc');
    const rewritten = rewriteReferences(bytes, expected.references.toReversed(), ({ path }) => `${path}${path}`);
    expect(read(rewritten).references.map(({ path }) => path)).toEqual(['aa', 'bcbc']);
  });

  it('takes a path of 65535 bytes and refuses a longer one, counted as Java writes it', () => {
    const { bytes, expected } = oneFile('a');
    const longest = `${'é'.repeat(32_767)}x`;
    expect(read(rewriteReferences(bytes, expected.references, () => longest)).references[0]?.path).toBe(longest);
    expect(() => rewriteReferences(bytes, expected.references, () => 'é'.repeat(32_768))).toThrow(/65536 bytes/);
  });

  it('refuses references of other bytes', () => {
    const { expected } = oneFile('a', 'bc');
    const { bytes } = oneFile('longer-than-that');
    expect(() => rewriteReferences(bytes, expected.references, ({ path }) => path)).toThrow(/read these bytes again/);
  });
});

/** A `_metadata` whose coordinators are files at the given paths. */
function oneFile(...paths: string[]) {
  return writeMetadata({
    version: 4,
    checkpointId: 1,
    masterStates: [],
    operators: paths.map((path, index) => ({
      name: 'n',
      id: BigInt(index),
      parallelism: 1,
      maxParallelism: 1,
      coordinator: { tag: 2, size: 5, path },
      subtasks: [],
    })),
  });
}
