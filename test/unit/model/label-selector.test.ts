import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { labelsOf, keepLabels } from '../../../model/job/job-labels.ts';
import { meetsSelector, parseLabelSelector, type LabelRequirement } from '../../../model/job/label-selector.ts';
import { annotations, labels as marks } from '../../../model/job/marks.ts';
import { buildDeployment } from '../../builders/deployment.ts';

function requirements(text: string): LabelRequirement[] {
  const parsed = parseLabelSelector(text);
  if ('problem' in parsed) throw new Error(parsed.problem);
  return parsed.requirements;
}
const meets = (text: string, labels: Record<string, string>) => meetsSelector(labels, requirements(text));

describe('a label selector', () => {
  test.each<[string, Record<string, string>, boolean]>([
    ['team=payments', { team: 'payments' }, true],
    ['team==payments', { team: 'billing' }, false],
    ['team=payments', {}, false],
    ['team!=payments', {}, true],
    ['team!=payments', { team: 'payments' }, false],
    ['team=payments,env!=dev', { team: 'payments', env: 'live' }, true],
    ['team=payments,env!=dev', { team: 'payments', env: 'dev' }, false],
    ['team in (payments, billing)', { team: 'billing' }, true],
    ['team in(payments)', { team: 'billing' }, false],
    ['team notin (payments,billing), env', { team: 'x', env: '' }, true],
    ['team notin (payments)', {}, true],
    ['team', { team: '' }, true],
    ['!team', { team: '' }, false],
    ['! team', {}, true],
    ['team=', { team: '' }, true],
    ['team in (a,)', { team: '' }, true],
    ['app.kubernetes.io/name=orders', { 'app.kubernetes.io/name': 'orders' }, true],
    ['toString', {}, false],
    ['__proto__!=x', {}, true],
  ])('%s of %j: %s', (selector, labels, expected) => {
    if (selector.startsWith('__')) expect(parseLabelSelector(selector)).toHaveProperty('problem');
    else expect(meets(selector, labels)).toBe(expected);
  });

  test.each([
    '',
    ' ',
    ',',
    'team=a,',
    'team=a=b',
    'team in a',
    'team in (a',
    'team in a)',
    'team in (a),(b)',
    'team is a',
    'team>5',
    '-team=a',
    'team=-a',
    'a/b/c=d',
    'Prefix/name=a',
    'team=a b',
    `team=${'x'.repeat(64)}`,
    `team=a,${'x'.repeat(1_000)}`,
    'team=(a)',
    'team in ((a))',
  ])('%j cannot be read, and it is said why', (selector) => {
    expect(parseLabelSelector(selector)).toEqual({ problem: expect.stringMatching(/\S/) as string });
  });

  const key = fc.constantFrom('team', 'env', 'az-escape.io/tier');
  const value = fc.constantFrom('', 'a', 'b', 'P1');
  const labels = fc.dictionary(key, value);
  const values = fc.array(value, { minLength: 1, maxLength: 3 });

  test('is met or not, as its opposite is not or is', () => {
    fc.assert(
      fc.property(key, values, labels, (of, list, given) => {
        const set = list.join(',');
        expect(meets(`${of} in (${set})`, given)).toBe(!meets(`${of} notin (${set})`, given));
        expect(meets(`${of}=${list[0]}`, given)).toBe(!meets(`${of}!=${list[0]}`, given));
        expect(meets(of, given)).toBe(!meets(`!${of}`, given));
        expect(meets(`${of} in (${set})`, given)).toBe(list.some((one) => meets(`${of}=${one}`, given)));
      }),
    );
  });

  test('is met when each of its parts is', () => {
    fc.assert(
      fc.property(key, value, key, values, labels, (one, of, other, list, given) => {
        const parts = [`${one}=${of}`, `${other} notin (${list.join(',')})`];
        expect(meets(parts.join(' , '), given)).toBe(parts.every((part) => meets(part, given)));
      }),
    );
  });

  test('never breaks, whatever is typed', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', 'b', '=', '!', '(', ')', ',', ' ', 'in', '/', '-', '.') }),
        (text) => {
          const parsed = parseLabelSelector(text);
          if ('requirements' in parsed) expect(parsed.requirements.length).toBeGreaterThan(0);
          else expect(parsed.problem).not.toBe('');
        },
      ),
    );
  });
});

describe('the labels of a job', () => {
  const jobWith = (own: Record<string, string>, notes: Record<string, string> = {}) =>
    buildDeployment({ tier: undefined, labels: own, annotations: notes });

  test('are kept beside its standby, over as many moves as it makes', () => {
    const home = jobWith({ team: 'a', 'app.kubernetes.io/instance': 'argo', [marks.tier]: 'P1' });
    const standby = jobWith({ [marks.tier]: 'P1', [marks.role]: 'standby' }, keepLabels(home));
    expect(labelsOf(standby)).toMatchObject({ team: 'a', 'app.kubernetes.io/instance': 'argo', [marks.tier]: 'P1' });
    expect(keepLabels(standby)).toEqual(keepLabels(home));
    expect(keepLabels(jobWith({ [marks.tier]: 'P1' }))).toEqual({});
  });

  test.each(['', '{', '[]', 'null', '7', '{"team":7}'])('are none where the annotation is %j', (text) => {
    expect(labelsOf(jobWith({}, { [annotations.labels]: text }))).toEqual({});
  });
});
