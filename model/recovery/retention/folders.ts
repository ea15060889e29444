/** Folders that hold nothing once files are gone. HDFS keeps them, and an empty one would be taken for a recovery point. */

/** Every folder above the files that has none of the staying files below it, up to `root` (not itself), deepest first. */
export function foldersLeftEmpty(files: Iterable<string>, staying: Iterable<string>, root: string): string[] {
  const needed = new Set<string>();
  for (const key of staying) for (const folder of foldersAbove(key, root)) needed.add(folder);
  const empty = new Set<string>();
  for (const key of files) for (const folder of foldersAbove(key, root)) if (!needed.has(folder)) empty.add(folder);
  return [...empty].sort((a, b) => b.split('/').length - a.split('/').length || (a < b ? -1 : 1));
}

/** `a/b/c/d` below `a`: `a/b/c`, `a/b`. None for a key outside. */
function foldersAbove(key: string, root: string): string[] {
  const folders: string[] = [];
  if (!key.startsWith(`${root}/`)) return folders;
  for (let end = key.lastIndexOf('/'); end > root.length; end = key.lastIndexOf('/', end - 1)) {
    folders.push(key.slice(0, end));
  }
  return folders;
}
