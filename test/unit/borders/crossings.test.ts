import { describe, expect, it } from 'vitest';
import { findCrossings, type Exception, type House, type Import } from '../../borders/crossings.ts';

const house: House = {
  model: { imports: [], packages: { only: ['zod'] } },
  jobs: { imports: ['model'], packages: { not: ['@temporalio'] } },
  activities: { imports: ['model', 'jobs'], siblings: 'none' },
  workflows: { imports: ['model'], types: ['activities'], siblings: 'types' },
  test: { imports: ['model', 'jobs', 'activities', 'workflows'], circles: true },
};

function file(from: string, to: string, types = false): Import {
  return { from, to, types, isPackage: false };
}

function library(from: string, to: string): Import {
  return { from, to, types: false, isPackage: true };
}

function crossings(imports: Import[], exceptions: Exception[] = []): string[] {
  return findCrossings(imports, house, exceptions);
}

describe('top-level folders', () => {
  it('may import what the table says, and nothing above them', () => {
    expect(crossings([file('jobs/run/start.ts', 'model/job/job.ts')])).toEqual([]);
    expect(crossings([file('model/job/job.ts', 'jobs/run/start.ts')])).toEqual([
      'model/job/job.ts imports jobs/run/start.ts: model/ must not import jobs/',
    ]);
  });

  it('may import types only where the table says so', () => {
    const [from, to] = ['workflows/escape/wave.ts', 'activities/escape/index.ts'];
    expect(crossings([file(from, to, true)])).toEqual([]);
    expect(crossings([file(from, to)])).toEqual([expect.stringContaining('may import types of activities/ only')]);
  });

  it('need a row in the table', () => {
    expect(crossings([file('attic/box.ts', 'model/job/job.ts')])).toEqual([
      'attic/box.ts: the folder attic/ has no row in the table of borders',
    ]);
  });

  it('form no circle, whatever each arrow may do', () => {
    const both: House = { a: { imports: ['b'] }, b: { imports: ['a'] } };
    const imports = [file('a/one.ts', 'b/two.ts'), file('b/x/three.ts', 'a/y/four.ts', true)];
    expect(findCrossings(imports, both, [])).toEqual([
      'the house has a circle: a/one.ts imports b/two.ts, b/x/three.ts imports a/y/four.ts',
    ]);
  });
});

describe('packages', () => {
  it('are all refused but those that are listed', () => {
    expect(crossings([library('model/job/job.ts', 'zod')])).toEqual([]);
    expect(crossings([library('model/job/job.ts', 'node:fs')])).toHaveLength(1);
  });

  it('are refused with all that lies below their name', () => {
    expect(crossings([library('jobs/run/start.ts', 'undici')])).toEqual([]);
    expect(crossings([library('jobs/run/start.ts', '@temporalio/activity')])).toEqual([
      'jobs/run/start.ts imports @temporalio/activity, a package that jobs/ must not use',
    ]);
  });
});

describe('subfolders', () => {
  it('import nothing of each other below activities/, not even types', () => {
    const planted = file('activities/protect/index.ts', 'activities/retain/tally.ts', true);
    expect(crossings([planted])).toEqual([expect.stringContaining('import nothing of each other')]);
  });

  it('share what lies in shared/, and are gathered by the file beside them', () => {
    expect(
      crossings([
        file('activities/protect/index.ts', 'activities/shared/pulse.ts'),
        file('activities/index.ts', 'activities/protect/index.ts'),
      ]),
    ).toEqual([]);
  });

  it('import types of each other below workflows/', () => {
    const [from, to] = ['workflows/escape/wave.ts', 'workflows/fence/fence.ts'];
    expect(crossings([file(from, to, true)])).toEqual([]);
    expect(crossings([file(from, to)])).toEqual([expect.stringContaining('import types only of each other')]);
  });

  it('form no circle, at whatever level and through whatever files', () => {
    const planted = [
      file('jobs/run/start.ts', 'jobs/claims/epochs.ts'),
      file('jobs/claims/locks.ts', 'jobs/clock.ts'),
      file('jobs/clock.ts', 'jobs/run/watch.ts', true),
      file('model/health/flink/tasks.ts', 'model/health/codes/all.ts'),
      file('model/health/codes/some.ts', 'model/health/flink/verdict.ts'),
    ];
    expect(crossings(planted)).toEqual([
      expect.stringMatching(/^jobs\/ has a circle: .*jobs\/clock\.ts imports jobs\/run\/watch\.ts/),
      expect.stringMatching(/^model\/health\/ has a circle: /),
    ]);
    expect(crossings(planted.filter(({ from }) => from !== 'jobs/clock.ts').slice(0, 2))).toEqual([]);
  });

  it('are not what files of one folder circle among', () => {
    expect(crossings([file('jobs/run/a.ts', 'jobs/run/b.ts'), file('jobs/run/b.ts', 'jobs/run/a.ts', true)])).toEqual(
      [],
    );
  });

  it('may need each other where the table says so', () => {
    expect(crossings([file('test/a/one.ts', 'test/b/two.ts'), file('test/b/two.ts', 'test/a/three.ts')])).toEqual([]);
  });
});

describe('exceptions', () => {
  const upwards = file('jobs/run/start.ts', 'activities/escape/plan.ts');
  const exception = { from: upwards.from, to: upwards.to, why: 'goes with the next step' };

  it('let one import cross, and no other', () => {
    const other = file('jobs/run/watch.ts', upwards.to);
    expect(crossings([upwards], [exception])).toEqual([]);
    expect(crossings([upwards, other], [exception])).toEqual([expect.stringContaining(other.from)]);
  });

  it('let one arrow of a circle stay', () => {
    const circle = [file('jobs/run/start.ts', 'jobs/claims/epochs.ts'), file('jobs/claims/locks.ts', 'jobs/run/on.ts')];
    expect(crossings(circle)).toHaveLength(1);
    expect(crossings(circle, [{ ...circle[1]!, why: 'one verb a commit' }])).toEqual([]);
  });

  it('fail when nothing needs them any more', () => {
    const useless = ['the exception of jobs/run/start.ts for activities/escape/plan.ts is of no use'];
    expect(crossings([], [exception])).toEqual(useless);
    const harmless = file('jobs/run/start.ts', 'model/job/job.ts');
    expect(crossings([harmless], [{ ...harmless, why: 'never needed' }])).toHaveLength(1);
  });
});
