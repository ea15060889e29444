/** `npm test`: every kind of test, quick ones first, with all that they need installed. `npm test -- unit` runs one. */
import { spawnSync } from 'node:child_process';
import { buildBundle } from '../runtime/build-bundle.ts';
import { prepareToolchain } from '../cli/prepare-lab.ts';
import { explainAndExit } from '../cli/explain.ts';
import { isKind, kinds, type Kind, type KindName } from './kinds.ts';

/** Runs vitest on one kind; further arguments go to it as they are. */
function run(kind: KindName, rest: string[]): boolean {
  process.stderr.write(`\n── ${kind} tests\n`);
  const vitest = new URL('../node_modules/vitest/vitest.mjs', import.meta.url).pathname;
  const args = [
    '--disable-warning=ExperimentalWarning',
    vitest,
    'run',
    '--project',
    kind,
    '--passWithNoTests',
    ...rest,
  ];
  return spawnSync(process.execPath, args, { stdio: 'inherit' }).status === 0;
}

const asked = process.argv.slice(2);
const all = Object.keys(kinds).filter(isKind);
const wanted = asked.some(isKind) ? all.filter((kind) => asked.includes(kind)) : all;
const rest = asked.filter((argument) => !isKind(argument));
try {
  await buildBundle();
  for (const kind of wanted) {
    // Real servers are built once; where none is needed, nothing but node_modules is.
    const { tools }: Kind = kinds[kind];
    if (tools.length > 0) await prepareToolchain({ install: true, tools });
    if (!run(kind, rest)) process.exit(1);
  }
} catch (error) {
  explainAndExit(error);
}
