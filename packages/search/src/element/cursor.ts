/** Which row and cell of the popup the arrow keys stand on, while the focus stays in the field. */
export interface CursorRow {
  /** Identity of the row, which finds it again after a new order. */
  readonly key: string;
  /** Names of its cells, such as `link` and `why`. */
  readonly cells: readonly string[];
}

export class Cursor {
  #rows: readonly CursorRow[] = [];
  #key: string | undefined;
  #cell = 0;

  /** The rows that are shown now. The cursor stays on what it stood on, or leaves if that is gone. */
  set rows(rows: readonly CursorRow[]) {
    this.#rows = rows;
    const row = this.row;
    if (row === undefined) this.leave();
    else this.#cell = Math.min(this.#cell, row.cells.length - 1);
  }

  /** The active row. */
  get row(): CursorRow | undefined {
    return this.#rows.find(({ key }) => key === this.#key);
  }

  /** Name of the active cell. */
  get cell(): string | undefined {
    return this.row?.cells[this.#cell];
  }

  /** Whether a cell is the active one. */
  isOn(key: string, cell: string): boolean {
    return key === this.#key && cell === this.cell;
  }

  /** Down by a number of rows, or up. Past either end it goes back to the field, and from there to the other end. */
  move(rows: number): void {
    const last = this.#rows.length - 1;
    const at = this.#rows.findIndex(({ key }) => key === this.#key);
    const next = at < 0 && rows < 0 ? last : at + rows;
    this.#key = this.#rows[next]?.key;
    this.#cell = 0;
  }

  /** To the next or previous cell of the row. Whether there is one. */
  moveInRow(cells: number): boolean {
    const next = this.#cell + cells;
    if (this.row?.cells[next] === undefined) return false;
    this.#cell = next;
    return true;
  }

  leave(): void {
    this.#key = undefined;
    this.#cell = 0;
  }
}
