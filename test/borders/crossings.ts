/** Which imports cross a border of the house. Pure: given all imports of all files, and the table of who may import whom. */
import { circlesAmong, isInCircle } from './circles.ts';

/** One import of one file of ours. */
export interface Import {
  /** The importing file, by its path in the repository. */
  from: string;
  /** A file by its path in the repository, or a package as written. */
  to: string;
  isPackage: boolean;
  /** Only types come in. */
  types: boolean;
}

/** What one top-level folder may import. */
export interface Room {
  /** Top-level folders of which it may import anything. */
  imports: readonly string[];
  /** Top-level folders of which it may import types, besides. */
  types?: readonly string[];
  /**
   * What its subfolders may import of each other: nothing, or types only; unless said, anything. Its subfolder `shared`
   * is open to all of them, and files that lie beside the subfolders may import these.
   */
  siblings?: 'none' | 'types';
  /** Packages, with Node's own as `node:…`: only these, or none of these. A name stands for all that begins with it. */
  packages?: { only: readonly string[] } | { not: readonly string[] };
  /** Its subfolders may need each other. */
  circles?: true;
}

export type House = Readonly<Record<string, Room>>;

export interface Exception {
  from: string;
  to: string;
  /** One line. */
  why: string;
}

/** One sentence for each import that crosses a border, for each level with a circle and for each useless exception. */
export function findCrossings(imports: readonly Import[], house: House, exceptions: readonly Exception[]): string[] {
  const excepted = (one: { from: string; to: string }) =>
    exceptions.find(({ from, to }) => from === one.from && to === one.to);
  const used = new Set<Exception>();
  const sentences = new Set<string>();
  for (const one of imports) {
    const sentence = crossingOf(one, house);
    if (sentence === undefined) continue;
    const exception = excepted(one);
    if (exception) used.add(exception);
    else sentences.add(sentence);
  }
  const arrows = imports.filter(({ from, isPackage }) => !isPackage && house[topOf(from)]?.circles !== true);
  for (const arrow of arrows) {
    const exception = excepted(arrow);
    if (exception && isInCircle(arrow, arrows)) used.add(exception);
  }
  for (const { folder, arrows: circle } of circlesAmong(arrows.filter((arrow) => !excepted(arrow)))) {
    const way = circle.map(({ from, to }) => `${from} imports ${to}`).join(', ');
    sentences.add(`${folder === '' ? 'the house' : `${folder}/`} has a circle: ${way}`);
  }
  for (const exception of exceptions) {
    if (!used.has(exception)) sentences.add(`the exception of ${exception.from} for ${exception.to} is of no use`);
  }
  return [...sentences];
}

function crossingOf({ from, to, isPackage, types }: Import, house: House): string | undefined {
  const top = topOf(from);
  const room = house[top];
  if (!room) return `${from}: the folder ${top}/ has no row in the table of borders`;
  if (isPackage) return mayUse(to, room) ? undefined : `${from} imports ${to}, a package that ${top}/ must not use`;
  const target = topOf(to);
  if (target === top) return siblingCrossing({ from, to, types }, room);
  if (room.imports.includes(target)) return undefined;
  if (!room.types?.includes(target)) return `${from} imports ${to}: ${top}/ must not import ${target}/`;
  return types ? undefined : `${from} imports ${to}: ${top}/ may import types of ${target}/ only, by \`import type\``;
}

function siblingCrossing({ from, to, types }: Omit<Import, 'isPackage'>, { siblings }: Room): string | undefined {
  const [a, b] = [subfolderOf(from), subfolderOf(to)];
  if (!siblings || a === undefined || b === undefined || a === b || b === 'shared') return undefined;
  if (siblings === 'types' && types) return undefined;
  const what = siblings === 'types' ? 'types only' : 'nothing';
  return `${from} imports ${to}: subfolders of ${topOf(from)}/ import ${what} of each other`;
}

function mayUse(name: string, { packages }: Room): boolean {
  const isOf = (listed: string) => name === listed || name.startsWith(`${listed}/`);
  if (!packages) return true;
  return 'only' in packages ? packages.only.includes(name) : !packages.not.some(isOf);
}

function topOf(path: string): string {
  return path.slice(0, path.indexOf('/'));
}

/** The subfolder of the top-level folder; undefined for a file that lies beside the subfolders. */
function subfolderOf(path: string): string | undefined {
  const [, subfolder, ...rest] = path.split('/');
  return rest.length > 0 ? subfolder : undefined;
}
