import { expect, test } from 'vitest';
import { recheckTable } from '../../../cli/commands/recheck.ts';
import { retainTable } from '../../../cli/commands/retain.ts';
import { coloursFor } from '../../../cli/render/colour.ts';

const plain = coloursFor({ isTTY: false } as NodeJS.WriteStream, {});
const job = { namespace: 'streaming', name: 'orders' };
const ended = { ...job, code: null, seconds: 1 };

test('what retention would delete stands in lines with files and megabytes, what it could not do in words', () => {
  const lines = retainTable(
    {
      zone: 'az-a',
      dryRun: true,
      jobs: 2,
      kept: 3,
      files: 9,
      bytes: 12_500_000,
      skipped: 1,
      failed: 0,
      results: [
        {
          ...ended,
          outcome: 'retained',
          sentence: '',
          dryRun: true,
          kept: 3,
          items: [
            { what: '20261121T020304Z-1a2b3c4d', kind: 'recovery point', files: 7, bytes: 12_000_000 },
            { what: 'snapshots/streaming/orders/t1', kind: 'leftover', files: 2, bytes: 500_000 },
          ],
          files: 9,
          bytes: 12_500_000,
          unfinished: false,
        },
        {
          ...ended,
          name: 'audit',
          outcome: 'skipped',
          sentence: 'one is being made',
          dryRun: true,
          kept: 0,
          items: [],
          files: 0,
          bytes: 0,
          unfinished: false,
        },
      ],
      artifacts: {
        items: [{ zone: 'az-b', store: 's3', what: 'artifacts/sha256/ab/orders-7.jar', bytes: 4_000_000 }],
        files: 1,
        bytes: 4_000_000,
        leaving: 0,
      },
    },
    plain,
  ).map((line) => line.trimEnd());
  expect(lines).toEqual([
    expect.stringMatching(/^job +would be deleted +files +MB$/),
    expect.stringMatching(/^streaming\/orders +recovery point 20261121T020304Z-1a2b3c4d +7 +12\.0$/),
    expect.stringMatching(/^streaming\/orders +leftover snapshots\/streaming\/orders\/t1 +2 +0\.5$/),
    expect.stringMatching(/^streaming\/audit +skipped: one is being made$/),
    expect.stringMatching(/^ +jar of nobody, az-b\/s3: artifacts\/sha256\/ab\/orders-7.jar +1 +4\.0$/),
    '2 jobs, 3 recovery points kept; 9 files, 12.5 MB would be deleted',
  ]);
});

test('a check shows each recovery point with its state, how much of it was ever read, and its fault', () => {
  const lines = recheckTable(
    {
      zone: 'az-a',
      jobs: 1,
      points: 2,
      damaged: 1,
      files: 5,
      bytes: 3_000_000,
      failed: 0,
      results: [
        {
          ...ended,
          outcome: 'checked',
          sentence: '',
          points: [
            { id: 'newer', state: 'damaged', files: 6, bytes: 8_000_000, read: 5, fault: 'found other bytes: f' },
            { id: 'older', state: 'intact', files: 6, bytes: 8_000_000, read: 6, fault: null },
          ],
          files: 5,
          bytes: 3_000_000,
          findings: [],
        },
      ],
    },
    plain,
  ).map((line) => line.trimEnd());
  expect(lines.slice(1)).toEqual([
    expect.stringMatching(/^streaming\/orders +newer +damaged +5 of 6 +8\.0 +found other bytes: f$/),
    expect.stringMatching(/^streaming\/orders +older +intact +6 of 6 +8\.0$/),
    '1 jobs, 2 recovery points, 1 damaged; 5 files, 3.0 MB read now',
  ]);
});
