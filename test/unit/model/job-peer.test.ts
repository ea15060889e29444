import { expect, test } from 'vitest';
import type { Config } from '../../../model/config/types.ts';
import { annotations } from '../../../model/job/marks.ts';
import { anyOtherZone, standbyBelongsIn, standbyIsIn, writtenPeer } from '../../../model/placement/job-peer.ts';

const peers = ['az-b', 'az-c'];
const isPeer = (zone: string) => peers.includes(zone);

test('a standby is where it is written, else noted, else seen', () => {
  expect(standbyIsIn({ written: 'az-c', noted: 'az-b', seen: 'az-b' }, isPeer)).toBe('az-c');
  expect(standbyIsIn({ noted: 'az-c', seen: 'az-b' }, isPeer)).toBe('az-c');
  expect(standbyIsIn({ seen: 'az-b' }, isPeer)).toBe('az-b');
  expect(standbyIsIn({}, isPeer)).toBeUndefined();
});

test('what names a zone that does not count tells nothing', () => {
  expect(standbyIsIn({ written: 'az-d', noted: 'az-b' }, isPeer)).toBe('az-b');
  const config = { zones: { 'az-a': {}, 'az-d': {} } } as unknown as Config;
  const counts = anyOtherZone(config, 'az-a');
  expect(['az-a', 'az-d', 'gone'].map(counts)).toEqual([false, true, false]);
});

test('a standby goes where its owner wishes, else it stays, else it goes where it was chosen to', () => {
  expect(standbyBelongsIn({ wish: 'az-b', now: 'az-c', chosen: 'az-c' }, peers)).toBe('az-b');
  expect(standbyBelongsIn({ now: 'az-c', chosen: 'az-b' }, peers)).toBe('az-c');
  expect(standbyBelongsIn({ now: 'az-d', chosen: 'az-b' }, peers), 'no peer any more').toBe('az-b');
  expect(standbyBelongsIn({ now: 'az-d' }, peers)).toBeUndefined();
});

test('the mark at home is read from its object', () => {
  const metadata = { namespace: 'default', name: 'orders' };
  expect(writtenPeer({ metadata })).toBeUndefined();
  expect(writtenPeer({ metadata: { ...metadata, annotations: { [annotations.standbyIn]: 'az-c' } } })).toBe('az-c');
});
