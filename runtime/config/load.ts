/** Reads `az-escape.yaml`. A wrong file is refused with every problem and its line, before anything else happens. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { LineCounter, isNode, parseDocument, type Document } from 'yaml';
import { parseConfig } from '../../model/config/parse.ts';
import type { ConfigProblem } from '../../model/config/cross-checks.ts';
import type { Config } from '../../model/config/types.ts';

/** The configuration file cannot be used; `problems` has one line for each mistake, with its place. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly file: string;
  readonly problems: string[];

  constructor(file: string, problems: string[]) {
    super(
      `${file}: ${problems.length} problem${problems.length === 1 ? '' : 's'}\n${problems.map((p) => `  ${p}`).join('\n')}`,
    );
    this.file = file;
    this.problems = problems;
  }
}

/** Where the configuration is looked for: `--config`, then `AZ_ESCAPE_CONFIG`, then `az-escape.yaml` here. */
export function configPath(option?: string): string {
  return resolve(option ?? process.env['AZ_ESCAPE_CONFIG'] ?? 'az-escape.yaml');
}

/** Loads and checks the file. @throws ConfigError */
export async function loadConfig(file: string): Promise<Config> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    const why =
      error.code === 'ENOENT' ? 'there is no such file; name one with --config or AZ_ESCAPE_CONFIG' : error.message;
    throw new ConfigError(file, [why]);
  });
  return parseConfigText(file, text);
}

/** The same for a text already read. @throws ConfigError */
export function parseConfigText(file: string, text: string): Config {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  if (document.errors.length > 0) {
    throw new ConfigError(
      file,
      document.errors.map((error) => `line ${error.linePos?.[0].line ?? '?'}: ${error.message.split('\n')[0]}`),
    );
  }
  const result = parseConfig(document.toJS());
  if (result.ok) return result.config;
  throw new ConfigError(
    file,
    result.problems.map((problem) => describe(problem, document, lines)),
  );
}

function describe(problem: ConfigProblem, document: Document, lines: LineCounter): string {
  const line = lineOf(problem.path, document, lines);
  return `${line === undefined ? '' : `line ${line}: `}${problem.path.join('.') || 'the file'} ${problem.message}`;
}

/** Line of the deepest part of the path that exists: a missing setting is reported at what should hold it. */
function lineOf(path: (string | number)[], document: Document, lines: LineCounter): number | undefined {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return undefined;
}
