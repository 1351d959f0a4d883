import type { Section } from './types.ts';

/** Puts sections together as headings and paragraphs are met in order. */
export class SectionWriter {
  readonly #sections: Section[] = [];
  #path: { level: number; heading: string }[] = [];
  #anchor = '';
  #paragraphs: string[] = [];
  #weight = 1;

  /** Weight of the following paragraphs. A part of another weight is a section of its own. */
  weigh(weight: number): void {
    if (weight === this.#weight) return;
    if (this.#paragraphs.length > 0) this.#close();
    this.#weight = weight;
  }

  heading(level: number, heading: string, anchor: string): void {
    this.#close();
    this.#path = [...this.#path.filter((above) => above.level < level), { level, heading }];
    this.#anchor = anchor;
  }

  paragraph(text: string): void {
    if (text.trim() !== '') this.#paragraphs.push(text.trim());
  }

  finish(): Section[] {
    this.#close();
    return this.#sections;
  }

  #close(): void {
    const text = this.#paragraphs.join('\n\n');
    const headings = this.#path.map(({ heading }) => heading);
    if (text !== '' || headings.length > 0) {
      const weight = this.#weight === 1 ? {} : { weight: this.#weight };
      this.#sections.push({ headings, anchor: this.#anchor, text, ...weight });
    }
    this.#paragraphs = [];
  }
}

/** The anchor that most site generators give a heading: lower case, words joined by `-`, repeats numbered. */
export class Slugs {
  readonly #seen = new Map<string, number>();

  of(heading: string): string {
    const slug = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M}\s_-]/gu, '')
      .trim()
      .replace(/\s/gu, '-');
    const before = this.#seen.get(slug);
    this.#seen.set(slug, (before ?? 0) + 1);
    return before === undefined ? slug : `${slug}-${before}`;
  }
}
