import { describe, expect, it } from 'vitest';
import { annotations, type Role } from '../../../model/job/marks.ts';
import { holdsSpec } from '../../../model/job/same-spec.ts';
import { deletionsAreBelievable, followStandby, readEnded } from '../../../model/placement/follow.ts';
import { buildDeployment, buildSpec } from '../../builders/deployment.ts';

const nowMs = Date.parse('2026-01-02T00:00:00.000Z');
const day = 86_400_000;
const at = { nowMs, forgetAfterMs: day };

const standby = (mark?: string, role: Role = 'standby') =>
  buildDeployment({ role, annotations: { [annotations.ended]: mark } });
const running = buildDeployment();
const suspended = buildDeployment({ spec: buildSpec('suspended') });

describe('following a job at home', () => {
  it('marks the standby of a job that is gone or suspended, once', () => {
    const mark = 'deleted since 2026-01-02T00:00:00.000Z';
    expect(followStandby(standby(), undefined, at)).toEqual({ act: 'mark', ended: 'deleted', mark });
    expect(followStandby(standby(mark), undefined, at)).toEqual({ act: 'nothing' });
    expect(followStandby(standby(), suspended, at)).toMatchObject({ act: 'mark', ended: 'suspended' });
    expect(followStandby(standby(mark), suspended, at)).toMatchObject({ act: 'mark', ended: 'suspended' });
    expect(followStandby(standby('yes'), undefined, at)).toMatchObject({ act: 'mark', ended: 'deleted' });
  });

  it('unmarks one whose job runs again, and leaves the others alone', () => {
    expect(followStandby(standby('deleted since 2020-01-01T00:00:00.000Z'), running, at)).toEqual({ act: 'unmark' });
    expect(followStandby(standby(), running, at)).toEqual({ act: 'nothing' });
  });

  it('removes the standby of a deleted job after the grace, never before', () => {
    const since = '2026-01-01T00:00:00.000Z';
    const mark = `deleted since ${since}`;
    expect(followStandby(standby(mark), undefined, at)).toEqual({ act: 'remove', ended: 'deleted', since });
    expect(followStandby(standby(mark), undefined, { ...at, nowMs: nowMs - 1 })).toEqual({ act: 'nothing' });
  });

  it('keeps the standby of a suspended job, but lets its twin go, which runs all the time', () => {
    const mark = 'suspended since 2025-01-01T00:00:00.000Z';
    expect(followStandby(standby(mark), suspended, at)).toEqual({ act: 'nothing' });
    expect(followStandby(standby(mark, 'twin'), suspended, at)).toMatchObject({ act: 'remove', ended: 'suspended' });
  });

  it('takes what the product itself suspended for no wish of its owner', () => {
    const preempted = buildDeployment({
      annotations: { [annotations.preemptedBy]: 'az-b-INC-1' },
      spec: buildSpec('suspended'),
    });
    const left = buildDeployment({ role: 'standby', spec: buildSpec('suspended') });
    for (const home of [preempted, left]) expect(followStandby(standby(), home, at)).toEqual({ act: 'nothing' });
  });

  it('reads back what it wrote, and nothing else', () => {
    expect(readEnded(standby('suspended since 2026-01-02T00:00:00.000Z'))).toEqual({
      ended: 'suspended',
      since: '2026-01-02T00:00:00.000Z',
    });
    for (const bad of ['', 'gone', 'deleted since yesterday', 'deleted since 2026-99-99T00:00:00Z']) {
      expect(readEnded(standby(bad)), bad).toBeUndefined();
    }
  });

  it('doubts that most of a zone was deleted at once', () => {
    expect(deletionsAreBelievable(9, 9)).toBe(true);
    expect(deletionsAreBelievable(10, 20)).toBe(true);
    expect(deletionsAreBelievable(10, 19)).toBe(false);
    expect(deletionsAreBelievable(1_000, 1_000)).toBe(false);
  });
});

describe('whether an object is as it is to be applied', () => {
  const wanted = {
    flinkVersion: 'v1_20',
    flinkConfiguration: { a: '1' },
    job: { parallelism: 2, args: ['x', 'y'] },
    podTemplate: { spec: { containers: [{ name: 'main' }] } },
  };
  it('is, where the API server only filled in', () => {
    const filledIn = { ...wanted, mode: 'native', job: { ...wanted.job, state: 'suspended' as const } };
    expect(holdsSpec(filledIn, wanted)).toBe(true);
    expect(
      holdsSpec({ ...wanted, podTemplate: { spec: { containers: [{ name: 'main', tty: false }] } } }, wanted),
    ).toBe(true);
  });

  it.each([
    ['a value', { ...wanted, flinkVersion: 'v1_19' }],
    ['a setting of Flink', { ...wanted, flinkConfiguration: { a: '2' } }],
    ['a setting of Flink that is no longer wanted', { ...wanted, flinkConfiguration: { a: '1', b: '2' } }],
    ['an argument', { ...wanted, job: { ...wanted.job, args: ['x', 'z'] } }],
    ['one argument more', { ...wanted, job: { ...wanted.job, args: ['x', 'y', 'z'] } }],
    ['a missing part', { flinkVersion: 'v1_20', flinkConfiguration: { a: '1' }, job: wanted.job }],
    ['nothing', {}],
  ])('is not, where %s differs', (_, present) => {
    expect(holdsSpec(present, wanted)).toBe(false);
  });
});
