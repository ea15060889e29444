/** Label selectors as far as the product uses them: `key`, `key=value`, `key in (a,b)`. */
export function matchesSelector(labels: Record<string, string>, selector: string | undefined): boolean {
  if (selector === undefined) return true;
  const among = /^(\S+) in \(([^)]*)\)$/.exec(selector);
  if (among) return among[2]!.split(',').includes(labels[among[1]!] ?? '');
  const equal = /^([^=\s]+)=(.*)$/.exec(selector);
  if (equal) return labels[equal[1]!] === equal[2];
  if (/^[\w./-]+$/.test(selector)) return labels[selector] !== undefined;
  throw new Error(`the simulation does not know the selector "${selector}"`);
}
