/** A progress bar in text: done, what went wrong, and what is still to do, told apart by shape as well as colour. */
import { type Colours, plainColours } from './colour.ts';

export interface BarParts {
  done: number;
  /** Failed and left: counted as over, shown apart. */
  troubled?: number;
  /** Under way. */
  begun?: number;
  total: number;
}

const shapes = { done: '█', troubled: '×', begun: '▒', rest: '░' } as const;

/** A bar of `width` columns. Whatever is more than nothing shows at least once; only when all is done is it full. */
export function progressBar(parts: BarParts, width: number, colours: Colours = plainColours): string {
  const { done, troubled = 0, begun = 0, total } = parts;
  const rest = Math.max(0, total - done - troubled - begun);
  const [doneCells, troubledCells, begunCells, restCells] = shareOut([done, troubled, begun, rest], width);
  return [
    colours.green(shapes.done.repeat(doneCells!)),
    colours.red(shapes.troubled.repeat(troubledCells!)),
    colours.yellow(shapes.begun.repeat(begunCells!)),
    colours.dim(shapes.rest.repeat(restCells!)),
  ].join('');
}

/** Cells by share; a count above zero never vanishes, and the largest share pays for it. */
function shareOut(counts: readonly number[], width: number): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return counts.map((_, index) => (index === counts.length - 1 ? width : 0));
  const cells = counts.map((count) => (count > 0 ? Math.max(1, Math.floor((count / total) * width)) : 0));
  let missing = width - cells.reduce((sum, cell) => sum + cell, 0);
  while (missing !== 0) {
    const largest = cells.indexOf(Math.max(...cells));
    const step = missing > 0 ? 1 : -1;
    if (step < 0 && cells[largest] === 0) break;
    cells[largest]! += step;
    missing -= step;
  }
  return cells;
}
