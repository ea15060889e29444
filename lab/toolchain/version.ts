/** Versions of tools: reading one out of a tool's answer, and whether it serves in place of the pinned one. */

/** `[major, minor, patch]`. Suffixes such as `-rc.1` are dropped: none of the lab's tools is run as a pre-release. */
export type Version = readonly [number, number, number];

/** Which found versions may stand in for a built tool. */
export interface ServingVersions {
  /** The least that serves, as `1.36.0`. */
  least: string;
  /** `minor`: the parts of Kubernetes, which must agree with each other. `major`: tools with a stable interface. */
  same: 'minor' | 'major';
}

const versionPattern = /(?<![\w.])v?(\d+)\.(\d+)(?:\.(\d+))?/;

/** The first version in a text such as `Kubernetes v1.36.4`, or undefined if there is none. */
export function readVersion(text: string): Version | undefined {
  const match = versionPattern.exec(text);
  return match ? [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)] : undefined;
}

/** Negative, zero or positive, as `Array.prototype.sort` wants it. */
export function compareVersions(a: Version, b: Version): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}

/** `1.36.4` */
export function formatVersion(version: Version): string {
  return version.join('.');
}

/** Whether a found version may be used instead of building the tool. */
export function serves(found: Version, wanted: ServingVersions): boolean {
  const least = readVersion(wanted.least);
  if (!least) throw new Error(`The least version "${wanted.least}" is no version; write it as 1.36.0.`);
  if (compareVersions(found, least) < 0 || found[0] !== least[0]) return false;
  return wanted.same === 'major' || found[1] === least[1];
}

/** `1.36.x from 1.36.0 on` */
export function describeServing(wanted: ServingVersions): string {
  const [major = '', minor = ''] = wanted.least.split('.');
  return `${wanted.same === 'minor' ? `${major}.${minor}.x` : `${major}.x`} from ${wanted.least} on`;
}

/**
 * The version that a go.mod requires of a module.
 * @throws if the module is not required there.
 */
export function requiredVersion(goMod: string, module: string): string {
  for (const line of goMod.split('\n')) {
    const [path, version] = line
      .replace(/^require\s/, '')
      .trim()
      .split(/\s+/);
    if (path === module && version?.startsWith('v')) return version.slice(1);
  }
  throw new Error(`go.mod requires no module ${module}; add it with \`go get ${module}\`.`);
}
