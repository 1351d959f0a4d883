/**
 * Counts the characters and items that the chunker examines. Tests compare the counts of a text and of one
 * eight times as long: unlike times, they do not depend on the machine.
 */
export class Meter {
  steps = 0;

  add(steps: number): void {
    this.steps += steps;
  }
}
