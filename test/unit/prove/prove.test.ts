/** `npm run prove` with proofs of the test's own: what it lists, refuses, prints, writes and exits with. */
import { describe, expect, test } from 'vitest';
import type { Outcome, Proof } from '../../prove/proof.ts';
import { prove } from '../../prove/prove.ts';

function proofOf(run: () => Promise<Outcome>, changes: Partial<Proof> = {}): Proof {
  return { about: 'pigs can fly', minutes: 3, tools: ['wings'], run, ...changes };
}

const holding = async (): Promise<Outcome> => ({ holds: true, figures: { pigs: 7 } });

/** Runs it and keeps all that it said and did. */
async function proving(args: string[], proofs: Record<string, Proof>, lacking?: string) {
  const seen = {
    out: [] as string[],
    said: [] as string[],
    files: {} as Record<string, string>,
    prepared: [] as string[],
  };
  const code = await prove(args, proofs, {
    out: (line) => seen.out.push(line),
    say: (line) => seen.said.push(line),
    write: (file, text) => void (seen.files[file] = text),
    prepare: async (tools) => {
      if (lacking !== undefined) throw new Error(lacking);
      seen.prepared.push(...tools);
    },
  });
  return { code, ...seen };
}

describe('without a name', () => {
  test('lists every proof on one line, with its rough duration, and runs none', async () => {
    const run = () => Promise.reject(new Error('was run'));
    const proofs = { flight: proofOf(run), swimming: proofOf(run, { about: 'pigs can swim', minutes: 12 }) };
    const { code, out, said } = await proving([], proofs);
    expect(code).toBe(0);
    expect(said).toEqual([]);
    expect(out.slice(1)).toEqual([
      '  flight    pigs can fly (about 3 min)',
      '  swimming  pigs can swim (about 12 min)',
    ]);
    expect((await proving(['flight', '--help'], proofs)).out).toEqual(out);
  });

  test('writes no verdict', async () => {
    const { code, said, files } = await proving(['--json', 'verdict.json'], { flight: proofOf(holding) });
    expect({ code, files }).toEqual({ code: 1, files: {} });
    expect(said).toEqual(['--json needs the name of a proof, whose verdict the file is to hold.']);
  });
});

describe('a request that cannot be met', () => {
  test.each([
    [['swimming'], 'There is no proof "swimming"; `npm run prove` lists those that there are.'],
    [['toString'], 'There is no proof "toString"; `npm run prove` lists those that there are.'],
    [['flight', 'flight'], 'Give the name of one proof: each ends with a verdict of its own.'],
    [['flight', '--quick'], expect.stringContaining("Unknown option '--quick'") as string],
  ])('%j is refused in one sentence', async (args, sentence) => {
    const { code, out, said, prepared } = await proving(args, { flight: proofOf(holding) });
    expect({ code, out, said, prepared }).toEqual({ code: 1, out: [], said: [sentence], prepared: [] });
  });
});

describe('a proof', () => {
  test('that holds ends with its verdict on stdout and exit code 0', async () => {
    const { code, out, said, prepared, files } = await proving(['flight'], { flight: proofOf(holding) });
    expect(code).toBe(0);
    expect(out.map((line) => JSON.parse(line) as unknown)).toEqual([
      { name: 'flight', holds: true, figures: { pigs: 7 } },
    ]);
    expect(said).toEqual(['── flight, about 3 min: pigs can fly', expect.stringMatching(/^✔ flight holds, \d+ s$/)]);
    expect({ prepared, files }).toEqual({ prepared: ['wings'], files: {} });
  });

  test('that does not hold has a verdict too, and exit code 1', async () => {
    const fails = proofOf(async () => ({ holds: false, figures: { pigs: 0 } }));
    const { code, out, said } = await proving(['flight'], { flight: fails });
    expect(code).toBe(1);
    expect(out.map((line) => JSON.parse(line) as unknown)).toEqual([
      { name: 'flight', holds: false, figures: { pigs: 0 } },
    ]);
    expect(said.at(-1)).toMatch(/^✘ flight does not hold, \d+ s$/);
  });

  test('that throws does not hold, and what it threw is said', async () => {
    const throws = proofOf(() => Promise.reject(new Error('no pig was found')));
    const { code, out, said } = await proving(['flight'], { flight: throws });
    expect(code).toBe(1);
    expect(out).toEqual(['{"name":"flight","holds":false,"figures":{}}']);
    expect(said.at(-1)).toMatch(/^✘ flight was not shown to hold, \d+ s: no pig was found$/);
  });

  test('whose tools are missing does not hold, and what is missing is said', async () => {
    let ran = false;
    const flight = proofOf(async () => ({ holds: (ran = true), figures: {} }));
    const { code, out, said } = await proving(['flight'], { flight }, 'Wings are missing: grow some.');
    expect({ code, ran }).toEqual({ code: 1, ran: false });
    expect(out).toEqual(['{"name":"flight","holds":false,"figures":{}}']);
    expect(said.at(-1)).toContain('Wings are missing: grow some.');
  });

  test('writes its verdict to the file that --json names, held or not', async () => {
    for (const holds of [true, false]) {
      const flight = proofOf(async () => ({ holds, figures: { pigs: 7 } }));
      const { out, files } = await proving(['flight', '--json', 'verdict.json'], { flight });
      expect(files).toEqual({ 'verdict.json': `${out[0]}\n` });
    }
  });
});
