/** Aligned tables for people: one line a row, columns two spaces apart, cut with "…" where the terminal is too narrow. */
import type { Paint } from './colour.ts';
import { pad, printable, textWidth, truncateStart } from './text-width.ts';

export interface Column {
  head: string;
  /** Numbers stand to the right, so that their digits line up. */
  align?: 'left' | 'right';
  /** When room is short: as wide as this stays until no column can give way otherwise; `minWidth` unless told. */
  keepWidth?: number;
  /** The least it is ever cut to; 4 unless told. */
  minWidth?: number;
  /** Which end of a text too long is cut off; a path is known by its end, so it loses its start. */
  cut?: 'start' | 'end';
}

/** A cell's text, or a text with its colour; text from outside needs no cleaning before. */
export type Cell = string | { text: string; paint: Paint };

export interface TableOptions {
  /** Width of the terminal; unlimited unless told, as for a file. */
  width?: number;
  paintHead?: Paint;
}

const gap = '  ';

/** The lines of a table, without spaces at their ends. Cells beyond the columns are ignored, missing ones are empty. */
export function renderTable(columns: readonly Column[], rows: readonly Cell[][], options: TableOptions = {}): string[] {
  const texts = rows.map((row) => columns.map((_, index) => printable(cellText(row[index] ?? ''))));
  const wanted = columns.map((column, index) =>
    texts.reduce((most, row) => Math.max(most, textWidth(row[index]!)), textWidth(column.head)),
  );
  const room = (options.width ?? Infinity) - gap.length * (columns.length - 1);
  const least = columns.map((column) => column.minWidth ?? 4);
  const kept = columns.map((column, index) => column.keepWidth ?? least[index]!);
  const widths = shrink(shrink(wanted, kept, room), least, room);
  const line = (cells: readonly string[], paints: readonly (Paint | undefined)[]): string =>
    cells
      .map((cell, index) => {
        const isLast = index === cells.length - 1;
        const { align, cut } = columns[index]!;
        const padded = pad(cut === 'start' ? truncateStart(cell, widths[index]!) : cell, widths[index]!, align);
        const text = isLast ? padded.trimEnd() : padded;
        return paints[index]?.(text) ?? text;
      })
      .join(gap)
      .trimEnd();
  const head = line(
    columns.map((column) => column.head),
    columns.map(() => options.paintHead),
  );
  return [
    head,
    ...texts.map((row, index) =>
      line(
        row,
        columns.map((_, at) => cellPaint(rows[index]![at])),
      ),
    ),
  ];
}

function cellText(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell.text;
}

function cellPaint(cell: Cell | undefined): Paint | undefined {
  return cell === undefined || typeof cell === 'string' ? undefined : cell.paint;
}

/** Takes room from the widest column again and again: a long path gives way before a short name does. */
function shrink(wanted: readonly number[], least: readonly number[], room: number): number[] {
  const widths = [...wanted];
  let excess = widths.reduce((sum, width) => sum + width, 0) - room;
  while (excess > 0) {
    let widest = -1;
    widths.forEach((width, index) => {
      if (width > least[index]! && (widest < 0 || width > widths[widest]!)) widest = index;
    });
    // Nothing may shrink further: better a line that wraps than a column without its meaning.
    if (widest < 0) break;
    widths[widest]! -= 1;
    excess -= 1;
  }
  return widths;
}
