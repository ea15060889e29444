/** `npm run prove`: lists the proofs. `npm run prove -- <name> [--json FILE]` runs one; exit code 0 only if it holds. */
import { writeFileSync } from 'node:fs';
import { explainAndExit } from '../../cli/explain.ts';
import { prepareToolchain } from '../../cli/prepare-lab.ts';
import { buildBundle } from '../../runtime/build-bundle.ts';
import { proofs } from './proofs.ts';
import { prove } from './prove.ts';

try {
  process.exitCode = await prove(process.argv.slice(2), proofs, {
    out: (line) => console.log(line),
    say: (line) => console.error(line),
    write: writeFileSync,
    prepare: async (tools) => {
      if (tools.length > 0) await prepareToolchain({ install: true, tools });
      await buildBundle();
    },
  });
} catch (error) {
  explainAndExit(error);
}
