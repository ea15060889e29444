/** Circles among folders, at every level: what two folders need of each other belongs to neither. */

export interface Arrow {
  from: string;
  to: string;
}

/** The nodes of one level: what lies directly in a folder, subfolders as well as files. */
interface Level {
  folder: string;
  /** Where each node leads, with an arrow between files as the example. */
  leads: Map<string, Map<string, Arrow>>;
}

/** The level at which an arrow joins two nodes: that of the deepest folder that holds both files. */
function levelOf({ from, to }: Arrow): { folder: string; nodes: [string, string] } | undefined {
  const [a, b] = [from.split('/'), to.split('/')];
  const shared = a.findIndex((part, index) => part !== b[index]);
  if (shared < 0) return undefined;
  const node = (parts: string[]) => parts.slice(0, shared + 1).join('/');
  return { folder: a.slice(0, shared).join('/'), nodes: [node(a), node(b)] };
}

function levelsOf(arrows: readonly Arrow[]): Level[] {
  const levels = new Map<string, Level>();
  for (const arrow of arrows) {
    const place = levelOf(arrow);
    if (!place) continue;
    const level = levels.get(place.folder) ?? { folder: place.folder, leads: new Map() };
    levels.set(place.folder, level);
    const [from, to] = place.nodes;
    const leads = level.leads.get(from) ?? new Map<string, Arrow>();
    level.leads.set(from, leads.has(to) ? leads : leads.set(to, arrow));
  }
  return [...levels.values()];
}

/** The shortest way from one node to another; undefined where there is none. */
function wayBetween({ leads }: Level, from: string, to: string): Arrow[] | undefined {
  const ways = new Map<string, Arrow[]>([[from, []]]);
  for (const [node, way] of ways) {
    for (const [next, arrow] of leads.get(node) ?? []) {
      if (next === to) return [...way, arrow];
      if (!ways.has(next)) ways.set(next, [...way, arrow]);
    }
  }
  return undefined;
}

/**
 * A shortest circle of each level that has one, as the arrows between files that make it. One of files alone, without a
 * subfolder in it, is left to the linter.
 */
export function circlesAmong(arrows: readonly Arrow[]): { folder: string; arrows: Arrow[] }[] {
  const files = new Set(arrows.flatMap(({ from, to }) => [from, to]));
  return levelsOf(arrows).flatMap((level) => {
    const subfolders = [...level.leads.keys()].filter((node) => !files.has(node));
    const circles = subfolders.map((node) => wayBetween(level, node, node)).filter((way) => way !== undefined);
    const [shortest] = circles.toSorted((a, b) => a.length - b.length);
    return shortest ? [{ folder: level.folder, arrows: shortest }] : [];
  });
}

/** Whether an arrow is part of a circle. */
export function isInCircle(arrow: Arrow, arrows: readonly Arrow[]): boolean {
  const place = levelOf(arrow);
  const level = place && levelsOf(arrows).find(({ folder }) => folder === place.folder);
  return level !== undefined && wayBetween(level, place!.nodes[1], place!.nodes[0]) !== undefined;
}
