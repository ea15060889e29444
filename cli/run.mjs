#!/usr/bin/env node
// The one file that runs before anything is installed, on whatever Node the machine has (18 or newer).
// It brings node_modules up to the lock file, then hands over to Node 24, which came with them.
//   node cli/run.mjs [--entry FILE.ts] [arguments…]      default entry: cli/main.ts
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'node_modules');
const node = join(modules, '.bin', 'node');
const stamp = join(modules, '.az-escape-lock');

function lockDigest() {
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
}

/** The stamp is written only after `npm ci` ended well, so an aborted install is repeated. */
function isInstalled() {
  return existsSync(node) && existsSync(stamp) && readFileSync(stamp, 'utf8') === lockDigest();
}

function install() {
  console.error('az-escape: installing what package-lock.json names (npm ci, about 20 s) …');
  const npm = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', process.stderr, process.stderr],
  });
  if (npm.error)
    fail(`npm could not be started (${npm.error.message}). Install Node.js with npm, version 18 or newer.`);
  if (npm.status !== 0) fail('npm ci failed; its output above says why. Nothing else was done.');
  if (!existsSync(node)) fail('npm ci ended well but brought no Node 24; check that npm may run install scripts.');
  writeFileSync(stamp, lockDigest());
}

function fail(sentence) {
  console.error(`az-escape: ${sentence}`);
  process.exit(1);
}

if (!isInstalled()) install();
const args = process.argv.slice(2);
const entry = args[0] === '--entry' ? args.splice(0, 2)[1] : 'cli/main.ts';
const child = spawn(node, ['--disable-warning=ExperimentalWarning', join(root, entry), ...args], {
  stdio: 'inherit',
  env: { ...process.env, PATH: `${join(modules, '.bin')}:${process.env.PATH}` },
});
// A terminal sends Ctrl-C to the whole group; passing it on as well would be a second one.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('exit', (code, signal) => process.exit(signal ? 128 + (signal === 'SIGINT' ? 2 : 15) : (code ?? 1)));
