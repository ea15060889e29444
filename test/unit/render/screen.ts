/** As much of a terminal as a progress view needs: lines, a cursor, and the sequences that it uses; throws on others. */
export class Screen {
  readonly isTTY = true;
  readonly writes: string[] = [];
  columns: number;
  rows: number;
  #lines: string[] = [''];
  #row = 0;
  #column = 0;

  constructor(columns = 80, rows = 24) {
    this.columns = columns;
    this.rows = rows;
  }

  write(text: string): void {
    this.writes.push(text);
    // oxlint-disable-next-line no-control-regex
    for (const [token, count, command] of text.matchAll(/\x1b\[\??(\d*)([A-Za-z])|[\s\S]/gu)) {
      if (command !== undefined) this.#obey(command, count === '' ? 1 : Number(count));
      else this.#put(token);
    }
  }

  /** What is to be seen, without empty lines at the end. */
  get lines(): string[] {
    return this.#lines.join('\n').trimEnd().split('\n');
  }

  #obey(command: string, count: number): void {
    if (command === 'A') this.#row = Math.max(0, this.#row - count);
    else if (command === 'K') this.#lines[this.#row] = this.#lines[this.#row]!.slice(0, this.#column);
    else if (command === 'J') {
      this.#lines[this.#row] = this.#lines[this.#row]!.slice(0, this.#column);
      this.#lines.length = this.#row + 1;
    } else if (!'hlm'.includes(command)) throw new Error(`unknown sequence ${command}`);
  }

  #put(character: string): void {
    if (character === '\r') this.#column = 0;
    else if (character === '\n') {
      this.#row += 1;
      this.#column = 0;
      if (this.#row === this.#lines.length) this.#lines.push('');
    } else {
      const line = this.#lines[this.#row]!.padEnd(this.#column);
      this.#lines[this.#row] = line.slice(0, this.#column) + character + line.slice(this.#column + 1);
      this.#column += 1;
      if (this.#column > this.columns) throw new Error('a line wrapped');
    }
  }
}
