import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { foldersLeftEmpty } from '../../../model/recovery/retention/folders.ts';
import { planRetention } from '../../../model/recovery/retention/plan.ts';
import type { RetentionQuestion, SeenFile, SeenPoint } from '../../../model/recovery/retention/types.ts';
import { retentionPays } from '../../../model/recovery/retention/worth.ts';

const root = 'snapshots/default/orders';
const hourMs = 3_600_000;
const file = (name: string) => ({ key: `${root}/${name}`, sizeBytes: 10 });

function point(id: string, names: string[], changes: Partial<SeenPoint> = {}): SeenPoint {
  const files = names.map(file);
  return {
    id,
    manifest: 'there',
    tombstone: false,
    damaged: false,
    snapshot: `${root}/s${id}`,
    stateAtMs: 0,
    files,
    ...changes,
  };
}

function question(points: SeenPoint[], changes: Partial<RetentionQuestion> = {}): RetentionQuestion {
  const keys = new Set(points.flatMap(({ files }) => files.map(({ key }) => key)));
  const files: SeenFile[] = [...keys].map((key) => ({ key, sizeBytes: 10, ageMs: 0 }));
  return {
    points,
    files,
    snapshotsFolder: root,
    policy: { keep: 2, keepForMs: 0 },
    held: { points: new Set(), snapshots: new Set(), files: new Set() },
    nowMs: 100 * hourMs,
    orphanAgeMs: 6 * hourMs,
    ...changes,
  };
}

const fates = (asked: RetentionQuestion) => {
  const { keep, expire } = planRetention(asked);
  return { keep: keep.map(({ id, why }) => `${id} ${why}`), expire: expire.map(({ id }) => id) };
};

describe('which recovery points go', () => {
  const five = ['5', '4', '3', '2', '1'].map((id) => point(id, [`shared/${id}`]));

  test('all but the newest ones', () => {
    expect(fates(question(five))).toEqual({ keep: ['5 newest', '4 newest'], expire: ['1', '2', '3'] });
  });

  test('not the young ones', () => {
    const points = five.map((one) => ({ ...one, stateAtMs: (93 + Number(one.id)) * hourMs }));
    expect(fates(question(points, { policy: { keep: 1, keepForMs: 4 * hourMs } }))).toEqual({
      keep: ['5 newest', '4 young'],
      expire: ['1', '2', '3'],
    });
  });

  test('by no other’s clock: state from the future is not young where youth does not count', () => {
    const points = five.map((one) => ({ ...one, stateAtMs: 200 * hourMs }));
    expect(fates(question(points)).expire).toEqual(['1', '2', '3']);
  });

  test('a damaged one counts for nothing, and stays as long as fewer than enough intact ones are newer', () => {
    const points = five.map((one) => ({ ...one, damaged: one.id === '4' || one.id === '1' }));
    expect(fates(question(points))).toEqual({ keep: ['5 newest', '4 newest', '3 newest'], expire: ['1', '2'] });
  });

  test('one that misses a file counts for nothing either', () => {
    const asked = question(five);
    const files = asked.files.filter(({ key }) => !key.endsWith('/5'));
    expect(fates({ ...asked, files }).expire).toEqual(['1', '2']);
  });

  test('nothing while none is intact', () => {
    const points = five.map((one) => ({ ...one, damaged: true }));
    expect(fates(question(points)).expire).toEqual([]);
  });

  test('not one that somebody names or was started from', () => {
    const held = { points: new Set(['2']), snapshots: new Set([`${root}/s1`]), files: new Set<string>() };
    expect(fates(question(five, { held }))).toEqual({
      keep: ['5 newest', '4 newest', '2 named', '1 started from'],
      expire: ['3'],
    });
  });

  test('nothing while one that stays cannot be read: it may need any file', () => {
    const points = five.map((one) => (one.id === '4' ? point('4', [], { manifest: 'unreadable' }) : one));
    expect(planRetention(question(points))).toMatchObject({ expire: [], orphans: [], blockedBy: '4' });
    const later = [point('7', ['shared/7']), point('6', ['shared/6']), ...points];
    expect(fates(question(later)).expire).toEqual(['1', '2', '3', '4', '5']);
  });

  test('a deletion that was begun is finished, or taken back while the manifest is there', () => {
    const begun = [
      point('3', ['a']),
      point('2', ['b'], { tombstone: true }),
      point('1', ['c'], { manifest: 'gone', tombstone: true }),
    ];
    const plan = planRetention(question(begun));
    expect(plan.keep).toEqual([
      { id: '3', why: 'newest', revive: false },
      { id: '2', why: 'newest', revive: true },
    ]);
    expect(plan.expire.map(({ id, files }) => [id, files])).toEqual([['1', [file('c')]]]);
  });
});

describe('which files go', () => {
  test('those that nothing that stays refers to, each once', () => {
    const points = [
      point('4', ['x', 'd']),
      point('3', ['x', 'c']),
      point('2', ['x', 'b', 'ab']),
      point('1', ['a', 'ab']),
    ];
    const { expire } = planRetention(question(points));
    expect(expire.map(({ id, files }) => [id, files])).toEqual([
      ['1', [file('a'), file('ab')]],
      ['2', [file('b')]],
    ]);
  });

  test('leftovers by age; a savepoint’s folder by its youngest file', () => {
    const asked = question([point('1', ['shipped/files/a'])]);
    const aged = (name: string, ageMs: number) => ({ ...file(name), ageMs });
    const files = [
      ...asked.files,
      aged('shipped/files/old', 7 * hourMs),
      aged('shipped/files/young', hourMs),
      aged('trigger1/savepoint-1/x', 9 * hourMs),
      aged('trigger1/savepoint-1/y', hourMs),
      aged('trigger2/savepoint-2/x', 9 * hourMs),
    ];
    const plan = planRetention({ ...asked, files });
    expect(plan.orphans).toEqual([file('shipped/files/old'), file('trigger2/savepoint-2/x')]);
    expect(plan.orphanFolders).toEqual([`${root}/trigger2/savepoint-2`, `${root}/trigger2`]);
  });

  test('none that a running job’s checkpoint refers to', () => {
    const held = { points: new Set<string>(), snapshots: new Set<string>(), files: new Set([file('a').key]) };
    const points = [point('2', ['b']), point('1', ['a', 'c'])];
    const { expire } = planRetention(question(points, { held, policy: { keep: 1, keepForMs: 0 } }));
    expect(expire[0]!.files).toEqual([file('c')]);
  });

  test('never one that a kept recovery point names, and after the deed there is nothing left to do', () => {
    const names = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 't1/s/f', 't1/s/g', 't2/s/f'), {
      minLength: 1,
    });
    const state = fc.record({
      names,
      damaged: fc.boolean(),
      manifest: fc.constantFrom('there' as const, 'gone' as const),
    });
    const all = fc.record({
      states: fc.array(state, { maxLength: 8 }),
      keep: fc.integer({ min: 1, max: 4 }),
      ageMs: fc.nat(12 * hourMs),
    });
    fc.assert(
      fc.property(all, ({ states, keep, ageMs }) => {
        const points = states.map((one, index) =>
          point(String(index), one.names, { ...one, tombstone: one.manifest === 'gone' }),
        );
        const asked = question(points, { policy: { keep, keepForMs: 0 } });
        asked.files = [...asked.files.map((one) => ({ ...one, ageMs })), { ...file('stray'), ageMs }];
        const plan = planRetention(asked);
        const kept = new Set(plan.keep.map(({ id }) => id));
        const going = [...plan.expire.flatMap(({ files }) => files), ...plan.orphans].map(({ key }) => key);
        expect(new Set(going).size).toBe(going.length);
        const needed = points.filter(({ id }) => kept.has(id)).flatMap(({ files }) => files.map(({ key }) => key));
        expect(going.filter((key) => needed.includes(key))).toEqual([]);
        const usable = points.filter(({ manifest, damaged }) => manifest === 'there' && !damaged);
        expect(usable.filter(({ id }) => kept.has(id)).length).toBe(Math.min(keep, usable.length));

        const after = {
          ...asked,
          points: points.filter(({ id }) => kept.has(id)),
          files: asked.files.filter(({ key }) => !going.includes(key)),
        };
        expect(planRetention(after)).toMatchObject({ expire: [], orphans: [] });
      }),
    );
  });
});

test('folders are left empty when nothing that stays lies below them', () => {
  expect(foldersLeftEmpty(['r/a/b/x', 'r/a/c/y', 'other/z'], ['r/a/c/stays', 'r/q'], 'r')).toEqual(['r/a/b']);
  expect(foldersLeftEmpty(['r/a/b/x', 'r/a/c/y'], ['r/q'], 'r')).toEqual(['r/a/b', 'r/a/c', 'r/a']);
});

test('a look pays when one is too many, or of many a tenth', () => {
  const at = (hour: number) => `20261121T${String(hour).padStart(2, '0')}0000Z-abc`;
  const nowMs = Date.UTC(2026, 10, 21, 23);
  const ids = Array.from({ length: 23 }, (_, hour) => at(hour));
  expect(retentionPays(ids.slice(0, 3), { keep: 3, keepForMs: 0 }, nowMs)).toBe(false);
  expect(retentionPays(ids.slice(0, 4), { keep: 3, keepForMs: 0 }, nowMs)).toBe(true);
  // 20 are younger than 20.5 hours: three too many, of which two are a tenth.
  expect(retentionPays(ids, { keep: 3, keepForMs: 20.5 * hourMs }, nowMs)).toBe(true);
  expect(retentionPays(ids.slice(2), { keep: 3, keepForMs: 20.5 * hourMs }, nowMs)).toBe(false);
});
