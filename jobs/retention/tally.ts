/** Counts what goes, in as few lines as a person reads. */
import type { RetiredItem } from '../../model/results/retain.ts';

/** A workflow's history carries them for each job. */
const mostItems = 50;

export class Tally {
  readonly #points = new Map<string, RetiredItem>();
  readonly #leftovers = new Map<string, RetiredItem>();

  /** A recovery point goes, with files or without. */
  point(id: string): void {
    this.#points.set(id, { what: id, kind: 'recovery point', files: 0, bytes: 0 });
  }

  /** A file goes, of a recovery point or of nobody. */
  file(file: { key: string; sizeBytes: number }, of: { id: string } | undefined): void {
    const item = of ? this.#points.get(of.id) : this.#leftoversIn(file.key.slice(0, file.key.lastIndexOf('/')));
    if (!item) return;
    item.files += 1;
    item.bytes += file.sizeBytes;
  }

  get points(): number {
    return this.#points.size;
  }

  get total(): { items: RetiredItem[]; files: number; bytes: number } {
    const all = [...this.#points.values(), ...this.#leftovers.values()];
    const sum = (of: 'files' | 'bytes') => all.reduce((total, item) => total + item[of], 0);
    return { items: all.slice(0, mostItems), files: sum('files'), bytes: sum('bytes') };
  }

  #leftoversIn(folder: string): RetiredItem {
    const known = this.#leftovers.get(folder);
    if (known) return known;
    const item: RetiredItem = { what: folder, kind: 'leftover', files: 0, bytes: 0 };
    this.#leftovers.set(folder, item);
    return item;
  }
}
