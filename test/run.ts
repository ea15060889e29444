/** `npm test`: every kind of test, quick ones first, with all that they need installed. `npm test -- unit` runs one. */
import { spawnSync } from 'node:child_process';
import { buildBundle } from '../runtime/build-bundle.ts';
import { prepareToolchain } from '../cli/prepare-lab.ts';
import { explainAndExit } from '../cli/explain.ts';
import { kwokTool } from '../lab/fleet/pods/kwok.ts';
import { demoToolNames } from '../lab/toolchain/tools.ts';

const kinds = ['unit', 'replay', 'simulation', 'integration'] as const;
type Kind = (typeof kinds)[number];

/** What must be built for a kind. */
const toolsOf = {
  replay: demoToolNames,
  simulation: demoToolNames,
  integration: [...demoToolNames, kwokTool],
} as const;

function isKind(text: string): text is Kind {
  return (kinds as readonly string[]).includes(text);
}

/** Runs vitest on one kind; further arguments go to it as they are. */
function run(kind: Kind, rest: string[]): boolean {
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
const wanted = asked.some(isKind) ? kinds.filter((kind) => asked.includes(kind)) : kinds;
const rest = asked.filter((argument) => !isKind(argument));
try {
  await buildBundle();
  for (const kind of wanted) {
    // Unit tests need nothing but node_modules; the others need real servers, which are built once.
    if (kind !== 'unit') await prepareToolchain({ install: true, tools: toolsOf[kind] });
    if (!run(kind, rest)) process.exit(1);
  }
} catch (error) {
  explainAndExit(error);
}
