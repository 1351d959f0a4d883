/** The rows with the highest similarities that were offered, best first; of equal ones the lower row. */
export class Best {
  readonly rows: number[] = [];
  readonly similarities: number[] = [];
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get isFull(): boolean {
    return this.rows.length >= this.#limit;
  }

  /** The lowest of them. */
  get worst(): number {
    return this.similarities.at(-1) ?? Number.NEGATIVE_INFINITY;
  }

  offer(row: number, similarity: number): void {
    if (this.isFull && similarity < this.worst) return;
    let low = 0;
    let high = this.rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = this.similarities[middle]!;
      if (other > similarity || (other === similarity && this.rows[middle]! < row)) low = middle + 1;
      else high = middle;
    }
    this.rows.splice(low, 0, row);
    this.similarities.splice(low, 0, similarity);
    if (this.rows.length > this.#limit) {
      this.rows.pop();
      this.similarities.pop();
    }
  }
}
