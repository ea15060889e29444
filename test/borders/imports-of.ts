/** The imports of a source file, by its text. */

export interface FoundImport {
  /** As written: `../job/tier.ts`, `node:fs`, `zod`. */
  specifier: string;
  /** Only types come in, so that nothing is left of it at run time. */
  types: boolean;
}

/** Statements begin a line and quote with `'`: that is how prettier writes them. */
const statement = /^(?:import|export)\b([^;'"`]*?)\bfrom\s+'([^']+)'/gm;
const forItsEffects = /^import\s+'([^']+)'/gm;
const dynamic = /^(?!\s*(?:\*|\/\/))(.*?)\bimport\(\s*'([^']+)'/gm;

/**
 * Static and dynamic imports, and exports of what another file has. `import { type T }` is no import of types only:
 * under `verbatimModuleSyntax` the file is still loaded.
 */
export function importsOf(text: string): FoundImport[] {
  const found: FoundImport[] = [];
  for (const [, names, specifier] of text.matchAll(statement)) {
    found.push({ specifier: specifier!, types: /^\s*type\b(?!\s*(?:,|$))/.test(names!) });
  }
  for (const [, specifier] of text.matchAll(forItsEffects)) found.push({ specifier: specifier!, types: false });
  for (const [, before, specifier] of text.matchAll(dynamic)) {
    found.push({ specifier: specifier!, types: /\btypeof\s+$/.test(before!) });
  }
  return found;
}
