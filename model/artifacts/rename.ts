/** Puts other URIs in the place of those that a spec holds, wherever it holds them: a pod template may, in a command. */

/**
 * The same value with each URI of the map replaced by its new one. A URI counts where it stands whole: `…/a.jar` is not
 * found in `…/a.jar.sha1` or in `x…/a.jar`. Returns the value itself when there is nothing to replace.
 */
export function renameUris<T>(value: T, renamed: ReadonlyMap<string, string>): T {
  if (renamed.size === 0) return value;
  // The longest first: of two URIs that begin alike, the one that stands there is meant.
  const uris = [...renamed.keys()].sort((a, b) => b.length - a.length).map(asPattern);
  const pattern = new RegExp(`(?<![\\w+.-])(?:${uris.join('|')})(?![\\w/%+@~-]|\\.\\w)`, 'g');
  return renameIn(value, (text) => text.replace(pattern, (uri) => renamed.get(uri)!)) as T;
}

function renameIn(value: unknown, rename: (text: string) => string): unknown {
  if (typeof value === 'string') return rename(value);
  if (Array.isArray(value)) return value.map((item) => renameIn(item, rename));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([field, item]) => [field, renameIn(item, rename)]));
}

function asPattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);
}
