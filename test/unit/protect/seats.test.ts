import fc from 'fast-check';
import { expect, test } from 'vitest';
import { newestSeats, seatOfKey, type Seat } from '../../../model/placement/seats.ts';
import { storeKeys } from '../../../model/store-keys.ts';

const seat: fc.Arbitrary<Seat> = fc.record({
  job: fc.record({ namespace: fc.constantFrom('default', 'a-b'), name: fc.constantFrom('j', 'k') }),
  peer: fc.constantFrom('az-b', 'az-c', 'az-b-2'),
  atMs: fc.integer({ min: 1, max: 5 }),
});

test('a note is read from its key', () => {
  fc.assert(
    fc.property(seat, (one) => {
      expect(seatOfKey(storeKeys.seatKey('az-a', one.job, one))).toEqual(one);
    }),
  );
  expect(seatOfKey('seats/az-a/default/j')).toBeUndefined();
  expect(seatOfKey('seats/az-a/default/j/az-b')).toBeUndefined();
  expect(seatOfKey('seats/az-a/default/j/0.az-b')).toBeUndefined();
  expect(seatOfKey('epochs/az-a/default/j/1.az-b')).toBeUndefined();
  expect(seatOfKey('seats/az-a/default/j/1.az-b/more')).toBeUndefined();
});

test('the newest note of a job counts, in whatever order they are read', () => {
  fc.assert(
    fc.property(fc.array(seat), (seats) => {
      const newest = newestSeats(seats);
      expect([...newestSeats(seats.toReversed()).values()].map(({ peer }) => peer).toSorted()).toEqual(
        [...newest.values()].map(({ peer }) => peer).toSorted(),
      );
      for (const one of seats) {
        expect(newest.get(`${one.job.namespace}/${one.job.name}`)!.atMs).toBeGreaterThanOrEqual(one.atMs);
      }
    }),
  );
});
