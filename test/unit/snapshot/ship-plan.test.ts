import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readMetadata } from '../../../model/snapshot/read-metadata.ts';
import { rewriteReferences } from '../../../model/snapshot/rewrite-metadata.ts';
import { planShipping, type ShipPlan, type ShipQuestion } from '../../../model/snapshot/ship-plan.ts';
import type { SnapshotReference } from '../../../model/snapshot/types.ts';
import { keyOfFlinkPath, wholeStore } from '../../../model/store-location.ts';
import { buildHdfsStore, buildS3Store } from '../../builders/config.ts';

const s3 = buildS3Store('az-b', { bucket: 'az-b' });
const hdfs = buildHdfsStore('nn.az-a');
const homeRoot = 'hdfs://nn.az-a:8020/flink/orders/job1';
const home = { store: wholeStore(hdfs), folder: 'flink/orders/job1/chk-7' };
const folders = { folder: 'snapshots/chk-7', filesFolder: 'snapshots/files' };

function reference(kind: SnapshotReference['kind'], path: string, sizeBytes: number): SnapshotReference {
  return { kind, path, sizeBytes, offset: 0, endOffset: 0 };
}

function planOf(references: SnapshotReference[], present: Record<string, number> = {}): ShipPlan {
  const peer: ShipQuestion['peer'] = { store: s3, ...folders, present: new Map(Object.entries(present)) };
  const result = planShipping({ references, home, peer });
  if (!result.ok) expect.fail(`${result.outside} is outside`);
  return result.plan;
}

describe('shipping a checkpoint', () => {
  const shared = reference('absolute', `${homeRoot}/shared/a`, 100);
  const beside = reference('relative', 'own', 7);

  it('copies files beside _metadata to its side, others below their whole path, and points there', () => {
    expect(planOf([shared, beside])).toEqual({
      copies: [
        { from: 'flink/orders/job1/shared/a', to: 'snapshots/files/flink/orders/job1/shared/a', sizeBytes: 100 },
        { from: 'flink/orders/job1/chk-7/own', to: 'snapshots/chk-7/own', sizeBytes: 7 },
      ],
      copyBytes: 107,
      reusedFiles: 0,
      reusedBytes: 0,
      newPaths: {
        [`${homeRoot}/shared/a`]: 's3a://az-b/az-escape/snapshots/files/flink/orders/job1/shared/a',
      },
    });
  });

  it('copies nothing that lies there whole, and everything else again', () => {
    const at = 'snapshots/files/flink/orders/job1/shared/a';
    expect(planOf([shared, beside], { [at]: 100 })).toMatchObject({
      copies: [{ to: 'snapshots/chk-7/own' }],
      copyBytes: 7,
      reusedFiles: 1,
      reusedBytes: 100,
    });
    for (const size of [0, 99, 101]) expect(planOf([shared], { [at]: size }).copyBytes).toBe(100);
  });

  it('copies of a merged file what is used of it, and again when more is used than lies there', () => {
    const merged = `${homeRoot}/shared/job_1_op_2/m`;
    const references = [reference('segment', merged, 50), reference('segment', merged, 120)];
    const at = 'snapshots/files/flink/orders/job1/shared/job_1_op_2/m';
    expect(planOf(references).copies).toEqual([expect.objectContaining({ to: at, sizeBytes: 120 })]);
    expect(planOf(references, { [at]: 119 }).copyBytes).toBe(120);
    expect(planOf(references, { [at]: 120 }).copyBytes).toBe(0);
    expect(planOf(references, { [at]: 4_000 })).toMatchObject({ copyBytes: 0, reusedBytes: 120 });
  });

  it('points directories of merged files to the peer, and copies none', () => {
    const plan = planOf([reference('directory', `${homeRoot}/taskowned/t1`, 0)]);
    expect(plan.copies).toEqual([]);
    expect(Object.values(plan.newPaths)).toEqual([
      's3a://az-b/az-escape/snapshots/files/flink/orders/job1/taskowned/t1',
    ]);
  });

  it('copies a file once that is named in two ways', () => {
    const other = reference('segment', shared.path.replace('/shared/', '//shared/'), 80);
    const plan = planOf([shared, other]);
    expect(plan.copies).toHaveLength(1);
    expect(Object.keys(plan.newPaths)).toHaveLength(2);
    expect(new Set(Object.values(plan.newPaths)).size).toBe(1);
  });

  it.each(['hdfs://nn.elsewhere:8020/flink/a', 's3a://az-b/flink/a', 'file:/tmp/a', 'no uri'])(
    'refuses what is not in the home store: %s',
    (path) => {
      const peer = { store: s3, ...folders, present: new Map<string, number>() };
      const result = planShipping({ references: [shared, reference('absolute', path, 1)], home, peer });
      expect(result).toEqual({ ok: false, outside: path });
    },
  );
});

const name = fc.stringMatching(/^[a-z0-9-]{1,8}$/);
const references: fc.Arbitrary<SnapshotReference[]> = fc.array(
  fc
    .record({
      kind: fc.constantFrom('relative' as const, 'absolute' as const, 'segment' as const, 'directory' as const),
      tail: fc.array(name, { minLength: 1, maxLength: 3 }),
      sizeBytes: fc.nat(1_000),
    })
    .map(({ kind, tail, sizeBytes }) =>
      kind === 'relative'
        ? reference(kind, tail[0]!, sizeBytes)
        : reference(kind, `${homeRoot}/${tail.join('/')}`, kind === 'directory' ? 0 : sizeBytes),
    ),
  { maxLength: 30 },
);

describe('every plan', () => {
  it('needs nothing more once it is carried out', () => {
    fc.assert(
      fc.property(references, (asked) => {
        const present = Object.fromEntries(planOf(asked).copies.map(({ to, sizeBytes }) => [to, sizeBytes]));
        const again = planOf(asked, present);
        expect(again).toMatchObject({ copies: [], copyBytes: 0, reusedFiles: Object.keys(present).length });
      }),
    );
  });

  it('never brings two files under one name, nor one file to two places but beside _metadata', () => {
    fc.assert(
      fc.property(references, (asked) => {
        const { copies } = planOf(asked);
        expect(new Set(copies.map(({ to }) => to)).size).toBe(copies.length);
        const elsewhere = copies.filter(({ to }) => to.startsWith(`${folders.filesFolder}/`));
        expect(new Set(elsewhere.map(({ from }) => from)).size).toBe(elsewhere.length);
      }),
    );
  });

  it('points each path at the place to which its file is copied', () => {
    fc.assert(
      fc.property(references, (asked) => {
        const plan = planOf(asked);
        for (const { kind, path, sizeBytes } of asked) {
          if (kind === 'relative') continue;
          const to = keyOfFlinkPath(s3, plan.newPaths[path]!);
          const copy = plan.copies.find((one) => one.to === to);
          if (kind === 'directory') expect(to).toContain(folders.filesFolder);
          else expect(copy).toMatchObject({ from: keyOfFlinkPath(home.store, path) });
          if (kind === 'segment') expect(copy!.sizeBytes).toBeGreaterThanOrEqual(sizeBytes);
        }
      }),
    );
  });

  it('counts every byte once, as copied or as reused, whatever lies in the peer', () => {
    const some = fc.array(fc.boolean(), { minLength: 30, maxLength: 30 });
    fc.assert(
      fc.property(references, some, (asked, isThere) => {
        const all = planOf(asked);
        const there = all.copies.filter((_, index) => isThere[index]);
        const plan = planOf(asked, Object.fromEntries(there.map(({ to, sizeBytes }) => [to, sizeBytes])));
        expect(plan.copyBytes + plan.reusedBytes).toBe(all.copyBytes);
        expect(plan.copies.length + plan.reusedFiles).toBe(all.copies.length);
        expect(plan.newPaths).toEqual(all.newPaths);
      }),
    );
  });
});

describe.each(['incremental-checkpoint', 'merged-files-checkpoint'])('the %s that Flink wrote', (fixture) => {
  const written = new Uint8Array(readFileSync(new URL(`fixtures/${fixture}/_metadata`, import.meta.url)));

  it('points at nothing but the peer afterwards', () => {
    const read = readMetadata(written);
    if (!read.ok) expect.fail(read.problem.message);
    const inHome = rewriteReferences(written, read.metadata.references, ({ path }) =>
      path.replace('file:', 'hdfs://nn.az-a:8020'),
    );
    const there = readMetadata(inHome);
    if (!there.ok) expect.fail(there.problem.message);
    const plan = planOf(there.metadata.references);
    const moved = readMetadata(
      rewriteReferences(inHome, there.metadata.references, ({ path }) => plan.newPaths[path]!),
    );
    if (!moved.ok) expect.fail(moved.problem.message);
    const absolute = moved.metadata.references.filter(({ kind }) => kind !== 'relative');
    expect(absolute.length).toBeGreaterThan(3);
    for (const { path } of absolute) expect(path).toMatch(/^s3a:\/\/az-b\/az-escape\/snapshots\/files\/flink-state\//);
    expect(plan.copies.length).toBeGreaterThan(3);
  });
});
