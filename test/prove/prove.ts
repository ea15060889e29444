/** `npm run prove` without its surroundings: reads the arguments, runs one proof, says what came of it. */
import { parseArgs } from 'node:util';
import { explain } from '../../cli/explain.ts';
import type { Outcome, Proofs, Verdict } from './proof.ts';

export interface Surroundings {
  /** The list, or the verdict as one line of JSON. */
  out(line: string): void;
  /** Progress and what went wrong. */
  say(line: string): void;
  write(file: string, text: string): void;
  /** Gets these tools onto the machine, if any, and what else a proof stands on. @throws saying plainly what is missing */
  prepare(tools: readonly string[]): Promise<void>;
}

/** @returns the exit code: 0 for the list, and for a proof only if it holds */
export async function prove(args: readonly string[], proofs: Proofs, around: Surroundings): Promise<number> {
  const asked = read(args);
  if ('wrong' in asked) {
    around.say(asked.wrong);
    return 1;
  }
  const { name, file } = asked;
  if (name === undefined) {
    for (const line of list(proofs)) around.out(line);
    return 0;
  }
  if (!Object.hasOwn(proofs, name)) {
    around.say(`There is no proof "${name}"; \`npm run prove\` lists those that there are.`);
    return 1;
  }
  const verdict = { name, ...(await attempt(name, proofs, around)) } satisfies Verdict;
  const line = JSON.stringify(verdict);
  around.out(line);
  if (file !== undefined) around.write(file, `${line}\n`);
  return verdict.holds ? 0 : 1;
}

type Asked = { wrong: string } | { name: string | undefined; file: string | undefined };

function read(args: readonly string[]): Asked {
  try {
    const options = { json: { type: 'string' }, help: { type: 'boolean' } } as const;
    const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options });
    if (positionals.length > 1) return { wrong: 'Give the name of one proof: each ends with a verdict of its own.' };
    const [name] = values.help ? [] : positionals;
    if (name === undefined && values.json !== undefined) {
      return { wrong: '--json needs the name of a proof, whose verdict the file is to hold.' };
    }
    return { name, file: values.json };
  } catch (error) {
    return { wrong: explain(error) };
  }
}

function list(proofs: Proofs): string[] {
  const names = Object.keys(proofs);
  const width = Math.max(...names.map((name) => name.length));
  return [
    'usage: npm run prove -- <name> [--json FILE]',
    ...names.map((name) => {
      const { about, minutes } = proofs[name]!;
      return `  ${name.padEnd(width)}  ${about} (about ${minutes} min)`;
    }),
  ];
}

async function attempt(name: string, proofs: Proofs, { say, prepare }: Surroundings): Promise<Outcome> {
  const { about, minutes, tools, run } = proofs[name]!;
  say(`── ${name}, about ${minutes} min: ${about}`);
  const startedMs = performance.now();
  const took = (): string => `${Math.round((performance.now() - startedMs) / 1000)} s`;
  try {
    await prepare(tools);
    const outcome = await run();
    say(outcome.holds ? `✔ ${name} holds, ${took()}` : `✘ ${name} does not hold, ${took()}`);
    return outcome;
  } catch (error) {
    say(`✘ ${name} was not shown to hold, ${took()}: ${explain(error)}`);
    return { holds: false, figures: {} };
  }
}
