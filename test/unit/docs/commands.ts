/** The commands that a document prints, and what the command line really offers. */
import { createProgram } from '../../../cli/program.ts';
import { codeBlocks, outsideBlocks } from './documents.ts';

export interface PrintedCommand {
  /** As written, for messages. */
  line: string;
  /** What stands behind the program's name. */
  words: string[];
}

/** Every call of `az-escape`, and of npm scripts that are the same program, in blocks and in running text. */
export function printedCommands(text: string): PrintedCommand[] {
  const shell = codeBlocks(text).filter(({ language }) => language === 'sh');
  const inText = [...outsideBlocks(text).matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);
  const lines = [...shell.flatMap((block) => block.text.split('\n')), ...inText];
  return lines.flatMap((whole) => {
    const line = whole.replace(/\s#.*$/, '').trim();
    const npm = /^npm run (demo|lab)(?: -- (.*))?$/.exec(line);
    const called = npm ? `${npm[1]} ${npm[2] ?? ''}` : /^az-escape (.+)$/.exec(line)?.[1];
    return called === undefined ? [] : [{ line, words: called.split(/\s+/).filter(Boolean) }];
  });
}

/** Scripts of package.json that a document calls. */
export function printedNpmScripts(text: string): string[] {
  const named = [...text.matchAll(/\bnpm run ([a-z-]+)/g)].map(([, name = '']) => name);
  return [...new Set([...named, ...(/\bnpm test\b/.test(text) ? ['test'] : [])])];
}

const program = createProgram();

/** What `az-escape <path> --help` prints. */
function helpOf(path: readonly string[]): string {
  let command = program;
  for (const name of path) command = command.commands.find((one) => one.name() === name) ?? command;
  return command.helpInformation();
}

/** Names of the subcommands that a help text lists. */
function subcommandsIn(help: string): string[] {
  const list = help.split('\nCommands:\n')[1] ?? '';
  return [...list.matchAll(/^ {2}([a-z]\S*)/gm)].map(([, name = '']) => name);
}

/** Why the command line does not know a printed command; undefined when it does. */
export function whyUnknown(command: PrintedCommand): string | undefined {
  const words = command.words.filter((word, index, all) => word !== '--config' && all[index - 1] !== '--config');
  const path: string[] = [];
  while (words.length > path.length && subcommandsIn(helpOf(path)).includes(words[path.length]!)) {
    path.push(words[path.length]!);
  }
  const help = helpOf(path);
  if (subcommandsIn(help).length > 0 && words[path.length] !== undefined && !words[path.length]!.startsWith('-')) {
    return `"${words[path.length]}" is no command of az-escape ${path.join(' ')}`;
  }
  const unknown = words.filter(
    (word) => /^--?[a-z]/.test(word) && !new RegExp(`(?:^|\\s)${word}(?=[\\s,])`, 'm').test(help),
  );
  return unknown.length === 0 ? undefined : `az-escape ${path.join(' ')} has no ${unknown.join(', ')}`;
}
