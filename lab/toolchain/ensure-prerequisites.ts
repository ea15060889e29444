/** Checks the machine's prerequisites and, when asked, installs by apt-get what Debian has. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { debianPackages, describeMissing, missingPrerequisites } from './prerequisites.ts';

export interface PrerequisiteOptions {
  /** Whether something is to be built, which needs Go and Maven. */
  building: boolean;
  /** Installs Debian packages instead of only naming them. */
  install: boolean;
}

/**
 * @throws one message that names everything missing, with the command that installs it; with `install` only what
 *   could not be installed.
 */
export function ensurePrerequisites(options: PrerequisiteOptions): void {
  const missing = missingPrerequisites(options.building);
  if (missing.length === 0) return;
  const packages = debianPackages(missing);
  if (!options.install || packages.length === 0) throw new Error(describeMissing(missing));
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) {
    throw new Error(`${describeMissing(missing)}\n--install works as root on Debian only.`);
  }
  installPackages(packages);
  const still = missingPrerequisites(options.building);
  if (still.length > 0) throw new Error(describeMissing(still));
}

/** apt-get's own progress goes to stderr. */
function installPackages(packages: readonly string[]): void {
  const aptGet = (...args: string[]) =>
    spawnSync('apt-get', args, {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      stdio: ['ignore', process.stderr, process.stderr],
    }).status === 0;
  console.error(`Installing ${packages.join(' ')} by apt-get …`);
  const install = () => aptGet('install', '--yes', '--no-install-recommends', ...packages);
  // The lists of a fresh image are empty or old: only then are they fetched.
  if (install() || (aptGet('update') && install())) return;
  throw new Error(`apt-get could not install ${packages.join(' ')}; its output above says why.`);
}
