import { describe, expect, test } from 'vitest';
import { compareVersions, readVersion, requiredVersion, serves } from '../../../lab/toolchain/version.ts';

describe('readVersion', () => {
  test.each([
    ['etcd Version: 3.6.14\nGit SHA: Not provided\nGo Version: go1.26.8', [3, 6, 14]],
    ['Kubernetes v1.36.4', [1, 36, 4]],
    ['Client Version: v1.32.4-dispatcher\nKustomize Version: v5.5.0', [1, 32, 4]],
    ['temporal version 1.8.2 (Server 1.31.2, UI 2.50.1)', [1, 8, 2]],
    ['kwok version v0.8.0 go1.26.8 (linux/amd64)', [0, 8, 0]],
    ['1.26', [1, 26, 0]],
  ])('reads %j', (text, version) => {
    expect(readVersion(text)).toEqual(version);
  });

  test('a text without one has none', () => {
    expect(readVersion('Version  : git\nBuild    : norev')).toBeUndefined();
  });
});

test('compareVersions orders numbers, not digits', () => {
  expect(compareVersions([1, 9, 0], [1, 10, 0])).toBeLessThan(0);
  expect(compareVersions([2, 0, 0], [1, 99, 99])).toBeGreaterThan(0);
});

describe('serves', () => {
  const kubernetes = { least: '1.36.0', same: 'minor' } as const;
  const temporal = { least: '1.8.0', same: 'major' } as const;

  test.each([
    ['the same minor', [1, 36, 9], kubernetes, true],
    ['an older minor', [1, 32, 4], kubernetes, false],
    ['a newer minor', [1, 37, 0], kubernetes, false],
    ['a newer minor of a stable interface', [1, 12, 0], temporal, true],
    ['too old', [1, 7, 9], temporal, false],
    ['a development build', [0, 0, 0], temporal, false],
    ['the next major', [2, 0, 0], temporal, false],
  ] as const)('%s', (_, found, wanted, expected) => {
    expect(serves(found, wanted)).toBe(expected);
  });
});

describe('requiredVersion', () => {
  const goMod = `module x

require (
	go.etcd.io/etcd/server/v3 v3.6.14
	k8s.io/kubernetes v1.36.4 // indirect
)

require github.com/versity/versitygw v1.7.0

replace k8s.io/api => k8s.io/api v0.36.4
`;

  test('in a block and alone', () => {
    expect(requiredVersion(goMod, 'k8s.io/kubernetes')).toBe('1.36.4');
    expect(requiredVersion(goMod, 'github.com/versity/versitygw')).toBe('1.7.0');
  });

  test('a module that is only replaced is not required', () => {
    expect(() => requiredVersion(goMod, 'k8s.io/api')).toThrow('requires no module k8s.io/api');
  });
});
