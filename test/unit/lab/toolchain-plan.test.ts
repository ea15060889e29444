import { describe, expect, test } from 'vitest';
import { planToolchain } from '../../../lab/toolchain/plan.ts';
import { stateOf } from '../../../lab/toolchain/stamp.ts';
import type { Stamp, StepState } from '../../../lab/toolchain/stamp.ts';
import { demoToolNames, lanes, toolNamed, tools } from '../../../lab/toolchain/tools.ts';

const names = (plan: { lanes: { tool: { name: string } }[][] }) =>
  plan.lanes.map((lane) => lane.map((step) => step.tool.name));

describe('planToolchain', () => {
  const some = [
    [{ name: 'a' }, { name: 'b' }],
    [{ name: 'c' }, { name: 'd', after: 'c' }],
  ];
  const states = (given: Record<string, StepState>) => (tool: { name: string }) => given[tool.name] ?? 'done';

  test('nothing to do when all is done', () => {
    const plan = planToolchain(some, ['a', 'b', 'c', 'd'], states({}));
    expect(names(plan)).toEqual([[], []]);
    expect(plan.done).toEqual(['a', 'b', 'c', 'd']);
  });

  test('only what is missing, with the reason', () => {
    const plan = planToolchain(some, ['a', 'b'], states({ b: 'files gone', c: 'never made' }));
    expect(plan.lanes).toEqual([[{ tool: { name: 'b' }, reason: 'files gone' }], []]);
  });

  test('what a wanted step builds upon is wanted too', () => {
    expect(names(planToolchain(some, ['d'], states({ c: 'never made', d: 'never made' })))).toEqual([[], ['c', 'd']]);
  });

  test('a step is made again when what it builds upon is', () => {
    const plan = planToolchain(some, ['c', 'd'], states({ c: 'inputs changed' }));
    expect(names(plan)).toEqual([[], ['c', 'd']]);
  });

  test('order is the lane’s, not that of the wish', () => {
    const all = states({ a: 'never made', b: 'never made' });
    expect(names(planToolchain(some, ['b', 'a'], all))).toEqual([['a', 'b'], []]);
  });
});

describe('stateOf', () => {
  const stamp: Stamp = { digest: 'x', source: 'built', files: { 'bin/etcd': 5 }, seconds: 1 };
  test.each([
    ['no stamp', undefined, 'x', 5, 'never made'],
    ['another digest', stamp, 'y', 5, 'inputs changed'],
    ['a file that is gone', stamp, 'x', undefined, 'files gone'],
    ['a file cut short', stamp, 'x', 4, 'files gone'],
    ['all as it was', stamp, 'x', 5, 'done'],
  ] as const)('%s', (_, given, digest, size, expected) => {
    expect(stateOf(given, digest, () => size)).toBe(expected);
  });
});

describe('the table of tools', () => {
  test('a zone’s control plane comes before what needs it', () => {
    expect(lanes[0]?.map((tool) => tool.name)).toEqual([
      'etcd',
      'kube-apiserver',
      'kube-controller-manager',
      'kube-scheduler',
      'kubelet',
      'kube-proxy',
      'kubectl',
      'temporal',
      'versitygw',
      'kwok',
      's5cmd',
    ]);
  });

  test('names and environment variables are unique', () => {
    expect(new Set(tools.map((tool) => tool.name)).size).toBe(tools.length);
    const variables = tools.flatMap((tool) => (tool.how === 'go' ? [tool.environment] : []));
    expect(new Set(variables).size).toBe(variables.length);
    expect(variables).toContain('AZ_ESCAPE_TOOL_KUBE_APISERVER');
  });

  test('the demo needs neither the simulated nodes, the peer of a bench nor the test server', () => {
    expect(tools.map((tool) => tool.name).filter((name) => !demoToolNames.includes(name))).toEqual([
      'kwok',
      's5cmd',
      'test-server',
    ]);
  });

  test('an unknown name is refused with all names', () => {
    expect(() => toolNamed('etcdd')).toThrow(/no tool "etcdd".*etcd, kube-apiserver/);
  });
});
