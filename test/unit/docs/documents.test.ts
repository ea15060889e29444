/** What the documents promise exists: commands, links, folders, examples that parse, marks, words of the Temporal UI. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { labTemporal } from '../../../lab/layout.ts';
import { complaintsAboutEscapeInput } from '../../../model/inputs/escape-input.ts';
import { annotations, labels } from '../../../model/job/marks.ts';
import { isTier } from '../../../model/job/tier.ts';
import { parseConfigText } from '../../../runtime/config/load.ts';
import { printedCommands, printedNpmScripts, whyUnknown } from './commands.ts';
import { codeBlocks, readDocument, relativeLinks, repoRoot, tableRows } from './documents.ts';

const records = readdirSync(`${repoRoot}/docs/decisions`).map((name) => `docs/decisions/${name}`);
const pages = readdirSync(`${repoRoot}/docs`)
  .filter((name) => name.endsWith('.md'))
  .map((name) => `docs/${name}`);
const documents = ['README.md', ...pages, ...records];

/** Anchor of a heading as GitHub makes it. */
function anchorsOf(text: string): string[] {
  const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading);
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}

describe.each(documents)('%s', (path) => {
  const text = readDocument(path);

  test('links to files that are there', () => {
    const missing = relativeLinks(text).filter((link) => !existsSync(join(repoRoot, dirname(path), link)));
    expect(missing).toEqual([]);
  });

  test('links to headings that are there', () => {
    const links = [...text.matchAll(/\]\((?!https?:)([^)#\s]*)#([^)\s]+)\)/g)];
    const broken = links.filter(([, file = '', anchor = '']) => {
      const target = file === '' ? path : join(dirname(path), file);
      return !anchorsOf(readDocument(target)).includes(anchor);
    });
    expect(broken.map(([link]) => link)).toEqual([]);
  });

  test('calls npm scripts that package.json has', () => {
    const { scripts } = JSON.parse(readDocument('package.json')) as { scripts: Record<string, string> };
    expect(printedNpmScripts(text).filter((name) => !(name in scripts))).toEqual([]);
  });

  test('calls commands and options that the command line has', () => {
    const wrong: string[] = [];
    for (const command of printedCommands(text)) {
      const why = whyUnknown(command);
      if (why !== undefined) wrong.push(`${command.line}: ${why}`);
    }
    expect(wrong).toEqual([]);
  });
});

describe('README.md', () => {
  const text = readDocument('README.md');
  const examples = codeBlocks(text).filter(({ language }) => language === 'yaml');
  const configs = examples.filter((block) => block.text.includes('zones:'));

  test('has an example with S3 and one with HDFS', () => {
    const kinds = configs.map((block) => Object.values(parseConfigText('README.md', block.text).zones));
    expect(kinds.map((zones) => zones.map(({ stores }) => Object.values(stores)[0]!.type))).toEqual([
      ['s3', 's3'],
      ['webhdfs', 'webhdfs'],
    ]);
  });

  test('gives both stores of an example the same Flink settings, so that none is left behind in a move', () => {
    for (const { text: example } of configs) {
      const zones = Object.values(parseConfigText('README.md', example).zones);
      const keys = zones.map(({ stores }) => Object.keys(Object.values(stores)[0]!.flinkConfiguration));
      expect(keys[0]!.length).toBeGreaterThan(0);
      expect(keys[0]).toEqual(keys[1]);
    }
  });

  test('maps tasks to folders and files that are there', () => {
    const targets = tableRows(text, ['task', 'folder']).map(([, cell]) => /\]\((.+)\)/.exec(cell!)?.[1]);
    expect(targets.length).toBeGreaterThan(5);
    expect(targets.filter((target) => !target || !existsSync(join(repoRoot, target)))).toEqual([]);
  });

  test('names every label and annotation, and no other', () => {
    const documented = tableRows(text, ['mark', 'written by', 'meaning']).map(([cell = '']) => cell);
    const real = [
      ...Object.values(labels).map((name) => `label \`${name}\``),
      ...Object.values(annotations).map((name) => `annotation \`${name}\``),
    ];
    expect(documented.sort()).toEqual(real.sort());
  });

  test('gives the port of the lab’s Temporal UI', () => {
    expect(text).toContain(`http://127.0.0.1:${labTemporal.uiPort}`);
  });

  test('links to the start form with the task queue and type that the worker has', () => {
    const query = new URLSearchParams(/start-workflow\?([^`\s]+)/.exec(text)![1]);
    expect(query.get('workflowId')).toBe('escape/az-a/INC-7');
    expect(query.get('taskQueue')).toBe(parseConfigText('README.md', configs[0]!.text).temporal.taskQueue);
    expect(readDocument('workflows/index.ts')).toContain(`{ ${query.get('workflowType')} }`);
  });
});

describe('docs/runbook.md', () => {
  const text = readDocument('docs/runbook.md');

  test('gives inputs of an escape that the escape takes', () => {
    const inputs = [...text.matchAll(/--input '(\{"zone".*?\})'|^ *(\{"zone".*\})$/gm)].map(([, a, b]) => (a ?? b)!);
    expect(inputs.length).toBe(2);
    for (const input of inputs) expect(complaintsAboutEscapeInput(JSON.parse(input))).toEqual([]);
  });

  test('sends updates and queries that the escape has', () => {
    const messages = readFileSync(`${repoRoot}/workflows/escape/messages.ts`, 'utf8');
    const updates = [...text.matchAll(/workflow update execute .*--name (\w+)/g)].map(([, name]) => name);
    expect(updates).toEqual(['approve', 'pause', 'resume', 'abort', 'skipJob', 'holdTier', 'releaseTier']);
    for (const name of updates) expect(messages).toMatch(new RegExp(`defineUpdate<[^(]*>\\('${name}'\\)`));
    expect(text).toContain('--name progress');
    expect(messages).toMatch(/defineQuery<[^(]*>\('progress'\)/);
  });
});

describe('docs/job-owners.md', () => {
  const blocks = codeBlocks(readDocument('docs/job-owners.md')).filter(({ language }) => language === 'yaml');

  test('has YAML that parses', () => {
    expect(blocks.length).toBeGreaterThan(2);
    for (const block of blocks) expect(parse(block.text)).toBeTypeOf('object');
  });

  test('marks its example as the product reads it', () => {
    const { metadata } = parse(blocks[0]!.text) as {
      metadata: { labels: Record<string, string>; annotations: Record<string, string> };
    };
    expect(isTier(metadata.labels[labels.tier])).toBe(true);
    expect(Object.keys(metadata.annotations)).toEqual([
      annotations.store,
      annotations.mode,
      annotations.peer,
      annotations.weight,
      annotations.upstream,
      annotations.artifacts,
      annotations.fallback,
    ]);
  });
});

test.each(records)('%s is a short record with its number, context, decision and consequences', (path) => {
  const text = readDocument(path);
  expect(text.split('\n')[0]).toMatch(new RegExp(`^# ${/(\d{4})-/.exec(path)![1]}:? \\S`));
  const parts = [...text.matchAll(/^(?:## |\*\*)(Context|Decision|Consequences)\b/gm)].map(([, part]) => part);
  expect(parts).toEqual(['Context', 'Decision', 'Consequences']);
  expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(40);
});

test('records are numbered without gap or repeat', () => {
  const numbers = records.map((path) => Number(/(\d{4})-/.exec(path)![1])).sort((a, b) => a - b);
  expect(numbers).toEqual(numbers.map((_, index) => index + 1));
});
