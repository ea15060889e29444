import { describe, expect, it } from 'vitest';
import { countJobs, formatSeconds, listZones, shortRecoveryPoint, unbroken } from '../../../model/report/words.ts';

describe('words of the report', () => {
  it('writes seconds, counts and zones for people', () => {
    expect([null, 0, 0.2, 48, 185].map(formatSeconds)).toEqual(['–', '0 s', '200 ms', '48 s', '3 m 5 s']);
    expect([1, 999, 1_000, 1_234_567].map(countJobs)).toEqual(['1 job', '999 jobs', '1,000 jobs', '1,234,567 jobs']);
    expect([[], ['b'], ['b', 'c'], ['b', 'c', 'd']].map(listZones)).toEqual(['no zone', 'b', 'b and c', 'b, c and d']);
  });

  it('takes the id out of the address of a manifest', () => {
    const id = '20261121T020250Z-0a1b2c3d';
    expect(shortRecoveryPoint(`s3://b/recovery-points/ns/job/${id}/manifest.json`)).toBe(id);
    expect(shortRecoveryPoint('something else')).toBe('something else');
  });

  it('keeps durations on one line and nothing else', () => {
    expect(unbroken('took 3 m 56 s of the 10 m budget, 39 % of 5 more')).toBe(
      'took 3\u00a0m\u00a056\u00a0s of the 10\u00a0m budget, 39\u00a0% of 5 more',
    );
  });
});
