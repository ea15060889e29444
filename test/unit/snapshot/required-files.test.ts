import { describe, expect, it } from 'vitest';
import { requiredFiles } from '../../../model/snapshot/required-files.ts';
import type { SnapshotReference } from '../../../model/snapshot/types.ts';

function reference(kind: SnapshotReference['kind'], path: string, sizeBytes: number): SnapshotReference {
  return { kind, path, sizeBytes, offset: 0, endOffset: 0 };
}

describe('the files that a snapshot needs', () => {
  it('are none for a snapshot that carries its state itself', () => {
    expect(requiredFiles([])).toEqual([]);
  });

  it('are counted once, however often they are referred to', () => {
    const references = [
      reference('absolute', 's3://b/shared/1', 10),
      reference('relative', 'part', 3),
      reference('absolute', 's3://b/shared/1', 10),
    ];
    expect(requiredFiles(references)).toEqual([
      { path: 's3://b/shared/1', relative: false, sizeBytes: 10, sizeIs: 'exact' },
      { path: 'part', relative: true, sizeBytes: 3, sizeIs: 'exact' },
    ]);
  });

  it('must reach to the furthest end of the segments used of them, and may be longer', () => {
    const merged = 's3://b/taskowned/m';
    const references = [50, 120, 80].map((end) => reference('segment', merged, end));
    expect(requiredFiles(references)).toEqual([{ path: merged, relative: false, sizeBytes: 120, sizeIs: 'at-least' }]);
  });

  it('do not include directories that are only named', () => {
    expect(requiredFiles([reference('directory', 's3://b/taskowned', 0)])).toEqual([]);
  });

  it('keep a relative name apart from a full path of the same text', () => {
    expect(requiredFiles([reference('relative', 'x', 1), reference('absolute', 'x', 2)])).toHaveLength(2);
  });
});
