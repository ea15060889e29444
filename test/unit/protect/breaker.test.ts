import fc from 'fast-check';
import { expect, test } from 'vitest';
import { failuresToStop, StoreBreaker, type StoreOutcome } from '../../../model/protect/breaker.ts';

const outcomes = fc.constantFrom<StoreOutcome['outcome']>('protected', 'store-down', 'other');

test('a store is given up exactly while its last tries all failed, whatever was said of other stores', () => {
  const stores = fc.constantFrom('s3', 'hdfs');
  fc.assert(
    fc.property(fc.array(fc.record({ store: stores, outcome: outcomes })), (heard) => {
      const breaker = new StoreBreaker();
      for (const one of heard) breaker.note(one);
      const telling = heard.filter(({ store, outcome }) => store === 's3' && outcome !== 'other');
      const failed = telling.length - 1 - telling.findLastIndex(({ outcome }) => outcome === 'protected');
      expect(breaker.stops('s3')).toBe(failed >= failuresToStop);
    }),
  );
});
