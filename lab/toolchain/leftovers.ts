/** What a killed run left half made lies beside its place under a name of its own, and goes before the next try. */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Name under which a file or folder is made, beside the place it is renamed to. */
export const unfinished = (target: string) => `${target}.tmp-${process.pid}`;

/** Name under which what is replaced waits for its removal. */
export const replaced = (target: string) => `${target}.old-${process.pid}`;

/** Removes what earlier runs left beside these places. Only the holder of the step's lock may. */
export function clearLeftovers(targets: readonly string[]): void {
  for (const target of targets) {
    const folder = dirname(target);
    if (!existsSync(folder)) continue;
    const isLeftover = (name: string) =>
      ['.tmp-', '.old-'].some((mark) => name.startsWith(`${basename(target)}${mark}`));
    for (const name of readdirSync(folder).filter(isLeftover)) {
      rmSync(join(folder, name), { recursive: true, force: true });
    }
  }
}
