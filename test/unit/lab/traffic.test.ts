import { expect, test } from 'vitest';
import { summarizeTraffic } from '../../../lab/zones/traffic.ts';

const attempt = (to: string, port: number, sourcePort: number) => ({ concat: ['10.201.0.1', to, port, sourcePort] });
const flow = (to: string, port: number, sourcePort: number, packets: number) => ({
  elem: { val: attempt(to, port, sourcePort), counter: { packets, bytes: 60 * packets } },
});

test('connections are counted by their source ports, packets added up, the busiest line first', () => {
  const lines = summarizeTraffic(
    [attempt('10.201.0.2', 6443, 1), attempt('10.211.0.9', 8081, 2), attempt('10.211.0.9', 8081, 3)],
    [flow('10.201.0.2', 6443, 1, 5), flow('10.201.0.2', 6443, 9, 2)],
  );
  expect(lines).toEqual([
    { from: '10.201.0.1', to: '10.211.0.9', port: 8081, connections: 2, packets: 0 },
    { from: '10.201.0.1', to: '10.201.0.2', port: 6443, connections: 1, packets: 7 },
  ]);
});

test('silence is an empty list', () => {
  expect(summarizeTraffic([], [])).toEqual([]);
});
