/** Finds the route of a request. */
import type { Route } from './route.ts';

export type Match =
  | { kind: 'found'; route: Route; params: Record<string, string> }
  /** The path is known, the method is not; `allowed` are those that are. */
  | { kind: 'wrong-method'; allowed: string[] }
  | { kind: 'nothing' };

/** The route for a method and a path without its query. A path with a broken escape (`%zz`) matches nothing. */
export function matchRoute(routes: readonly Route[], method: string, path: string): Match {
  const fitting = routes.flatMap((route) => {
    const params = paramsOf(route.path, path);
    return params ? [{ route, params }] : [];
  });
  const found = fitting.find(({ route }) => route.method === method);
  if (found) return { kind: 'found', ...found };
  if (fitting.length === 0) return { kind: 'nothing' };
  return { kind: 'wrong-method', allowed: fitting.map(({ route }) => route.method) };
}

/** Names in braces of a path pattern, in their order. */
export function paramNames(pattern: string): string[] {
  return [...pattern.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
}

function paramsOf(pattern: string, path: string): Record<string, string> | undefined {
  const [wanted, given] = [pattern.split('/'), path.split('/')];
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const name = paramNames(part)[0];
    const text = given[index]!;
    if (name === undefined) {
      if (part !== text) return undefined;
      continue;
    }
    const value = decoded(text);
    if (value === undefined || value === '') return undefined;
    params[name] = value;
  }
  return params;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
