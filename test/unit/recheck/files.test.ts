import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CheckedFile } from '../../../model/recovery/recheck/checks.ts';
import { claimedFiles, pickFiles, type ClaimedFile } from '../../../model/recovery/recheck/files.ts';

const claimed = (key: string, sizeBytes = 10): ClaimedFile => ({
  key,
  claims: [{ sizeBytes, sha256: undefined }],
  sizeBytes,
});

describe('the files behind recovery points', () => {
  test('stand once, with the digest that any manifest knows, else that of an earlier check', () => {
    const points = [
      {
        id: '2',
        files: [
          { key: 'a', sizeBytes: 5 },
          { key: 'b', sizeBytes: 7 },
          { key: 'c', sizeBytes: 9 },
        ],
      },
      {
        id: '1',
        files: [
          { key: 'a', sizeBytes: 5, sha256: 'aa' },
          { key: 'c', sizeBytes: 9, sha256: 'cc' },
        ],
      },
    ];
    const checked = {
      a: { sizeBytes: 5, sha256: 'not asked', readAtMs: 1 },
      b: { sizeBytes: 7, sha256: 'bb', readAtMs: 1 },
    };
    expect(claimedFiles(points, checked)).toEqual([
      { key: 'a', claims: [{ sizeBytes: 5, sha256: 'aa' }], sizeBytes: 5 },
      { key: 'b', claims: [{ sizeBytes: 7, sha256: 'bb' }], sizeBytes: 7 },
      { key: 'c', claims: [{ sizeBytes: 9, sha256: 'cc' }], sizeBytes: 9 },
    ]);
  });

  test('a merged file has a claim for each size, and no digest of another size', () => {
    const points = [
      { id: '2', files: [{ key: 'm', sizeBytes: 20, sha256: 'long' }] },
      { id: '1', files: [{ key: 'm', sizeBytes: 8 }] },
    ];
    const [file] = claimedFiles(points, { m: { sizeBytes: 12, sha256: 'other', readAtMs: 1 } });
    expect(file).toEqual({
      key: 'm',
      claims: [
        { sizeBytes: 8, sha256: undefined },
        { sizeBytes: 20, sha256: 'long' },
      ],
      sizeBytes: 20,
    });
  });
});

describe('which files are read', () => {
  const checkedAt = (readAtMs: number): CheckedFile => ({ sizeBytes: 10, sha256: 'x', readAtMs });

  test('those first that were longest not seen, by reading or writing, until it is enough', () => {
    const picked = pickFiles({
      files: ['new', 'old', 'read', 'oldest', 'gone'].map((key) => claimed(key)),
      writtenMs: new Map([
        ['new', 90],
        ['old', 20],
        ['read', 1],
        ['oldest', 10],
      ]),
      checked: { read: checkedAt(50) },
      suspects: new Set(),
      sampleBytes: 25,
    });
    expect(picked.map(({ key }) => key)).toEqual(['oldest', 'old', 'read']);
  });

  test('suspects always, beside the sample', () => {
    const picked = pickFiles({
      files: ['a', 'b', 'c'].map((key) => claimed(key)),
      writtenMs: new Map([
        ['a', 1],
        ['b', 2],
        ['c', 3],
      ]),
      checked: {},
      suspects: new Set(['c']),
      sampleBytes: 1,
    });
    expect(picked.map(({ key }) => key)).toEqual(['c', 'a']);
  });

  test('each comes to its turn, though new ones are written all the time', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 60 }), (stock, sampleBytes) => {
        const files = stock.map((size, index) => claimed(`stock-${index}`, size));
        const writtenMs = new Map(files.map(({ key }) => [key, 0]));
        const checked: Record<string, CheckedFile> = {};
        for (let round = 1; round <= stock.length; round += 1) {
          files.push(claimed(`new-${round}`, 50));
          writtenMs.set(`new-${round}`, round);
          for (const { key } of pickFiles({ files, writtenMs, checked, suspects: new Set(), sampleBytes })) {
            checked[key] = checkedAt(round);
          }
        }
        for (let index = 0; index < stock.length; index += 1) expect(checked).toHaveProperty(`stock-${index}`);
      }),
    );
  });
});
