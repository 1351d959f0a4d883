import { Store } from './store.ts';

/** What is missing in the fields of a form, each in a sentence. */
export class Gaps extends Store<{ fields: Readonly<Record<string, string>> }> {
  constructor() {
    super({ fields: {} });
  }

  /** What is missing in a field; undefined where nothing is. */
  of(field: string): string | undefined {
    return this.state.fields[field];
  }

  /**
   * Replaces what is missing.
   * @param fields a sentence for each field at fault; the others false or undefined
   * @returns whether nothing is
   */
  check(fields: Readonly<Record<string, string | false | undefined>>): boolean {
    const found = Object.entries(fields).filter((entry): entry is [string, string] => Boolean(entry[1]));
    this.update({ fields: Object.fromEntries(found) });
    return found.length === 0;
  }

  /** Takes back what was said of a field, as it was changed. */
  clear(field: string): void {
    if (!(field in this.state.fields)) return;
    this.update({
      fields: Object.fromEntries(Object.entries(this.state.fields).filter(([name]) => name !== field)),
    });
  }
}
