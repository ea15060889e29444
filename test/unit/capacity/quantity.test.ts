import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  formatResources,
  parseBytes,
  parseCpuMillis,
  parseFlinkMemory,
  parseQuantity,
} from '../../../model/capacity/quantity.ts';

describe('quantities of Kubernetes', () => {
  test.each([
    ['500m', 0.5],
    ['1Gi', 2 ** 30],
    ['1G', 1e9],
    ['2e3', 2000],
    ['1E', 1e18],
    ['.5', 0.5],
    ['3.', 3],
    [0.25, 0.25],
  ])('%s is %d', (written, value) => {
    expect(parseQuantity(written)).toBeCloseTo(value, 9);
  });

  test.each(['', 'Gi', '1gi', '-1', '1 Gi', 'x', '1e9999', NaN, -2, null, undefined, {}])('%s is none', (written) => {
    expect(parseQuantity(written)).toBeUndefined();
  });

  test('whole thousandths of a core stay what they are', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000_000 }), (millis) => {
        expect(parseCpuMillis(`${millis}m`)).toBe(millis);
        expect(parseCpuMillis(millis / 1000)).toBe(millis);
      }),
    );
    expect(parseCpuMillis('100u')).toBe(1);
    expect(parseBytes('1500m')).toBe(2);
  });
});

describe('memory as Flink writes it', () => {
  test.each([
    ['1g', 2 ** 30],
    ['1G', 2 ** 30],
    ['1728m', 1728 * 2 ** 20],
    ['2 gb', 2 ** 31],
    ['640 mebibytes', 640 * 2 ** 20],
    ['1048576', 2 ** 20],
    ['2Gi', 2 ** 31],
    ['1.5Gi', 1.5 * 2 ** 30],
  ])('%s', (written, bytes) => {
    expect(parseFlinkMemory(written)).toBe(bytes);
  });

  test.each(['', 'much', '-1g', null])('%s is none', (written) => {
    expect(parseFlinkMemory(written)).toBeUndefined();
  });
});

test('amounts for people; less than nothing is shown as none', () => {
  expect(formatResources({ cpuMillis: 4000, memoryBytes: 8 * 2 ** 30 })).toBe('4 CPU and 8 GiB');
  expect(formatResources({ cpuMillis: 250, memoryBytes: 640 * 2 ** 20 })).toBe('0.25 CPU and 640 MiB');
  expect(formatResources({ cpuMillis: -5, memoryBytes: -1 })).toBe('0 CPU and 0 MiB');
});
