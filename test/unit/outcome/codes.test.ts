import { expect, test } from 'vitest';
import { diagnosisCodes } from '../../../model/health/diagnosis/codes.ts';
import { outcomeCodeOf, outcomeCodes, ownOutcomes } from '../../../model/outcome/codes.ts';
import { errorCodes } from '../../../model/error-codes.ts';

test('no code has two meanings', () => {
  const tables = [ownOutcomes, errorCodes, diagnosisCodes].map(Object.keys);
  expect(new Set(tables.flat()).size).toBe(tables.flat().length);
});

test('all diagnoses end a line', () => {
  expect(Object.keys(outcomeCodes)).toEqual(expect.arrayContaining(Object.keys(diagnosisCodes)));
});

test('a code of another table is taken where it may end a line, and no word of another kind', () => {
  expect(outcomeCodeOf('SnapshotIncomplete', 'NotStarted')).toBe('SnapshotIncomplete');
  expect(outcomeCodeOf('Unauthorized', 'NotStarted')).toBe('Unauthorized');
  for (const other of ['Internal', 'Throttled', 'toString', '']) {
    expect(outcomeCodeOf(other, 'NotStarted')).toBe('NotStarted');
  }
});
