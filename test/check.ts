/** `npm run check`: types, lint, borders, format, workflow bundle, documents. Runs all, then says what failed. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { buildBundle } from '../runtime/build-bundle.ts';
import { checkBorders } from './borders/check-borders.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** One check by a tool of node_modules/.bin. */
function tool(name: string, ...args: string[]): boolean {
  return spawnSync(`${root}/node_modules/.bin/${name}`, args, { cwd: root, stdio: 'inherit' }).status === 0;
}

/** Says which imports cross a border of the house. */
function borders(): boolean {
  const crossings = checkBorders(root);
  for (const sentence of crossings) console.error(sentence);
  return crossings.length === 0;
}

const checks: [string, () => boolean | Promise<boolean>][] = [
  ['types', () => tool('tsc', '-p', '.')],
  ['lint', () => tool('oxlint', '--type-aware', '--quiet')],
  ['borders', () => borders()],
  ['format', () => tool('prettier', '--check', '--log-level', 'warn', '.')],
  [
    'workflow bundle',
    async () => {
      const bytes = await buildBundle();
      return bytes > 0;
    },
  ],
  ['documents', () => tool('vitest', 'run', '--project', 'unit', 'test/unit/docs')],
];

const failed: string[] = [];
for (const [name, run] of checks) {
  const startedMs = performance.now();
  const isFine = await Promise.resolve(run()).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    return false;
  });
  console.error(`${isFine ? '✔' : '✘'} ${name}  ${((performance.now() - startedMs) / 1000).toFixed(1)} s`);
  if (!isFine) failed.push(name);
}
if (failed.length > 0) {
  console.error(`failed: ${failed.join(', ')}`);
  process.exit(1);
}
