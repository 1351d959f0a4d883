/** Which blocks of a page are in its known main content. */
import type { Block } from '../src/content/blocks.ts';

/** A page's record in the benchmark. */
export interface Truth {
  url: string;
  _internal: { page_type: { primary: string } };
  ground_truth: { main_content?: string | null };
}

const GRAM = 4;
const wordsOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? [];

/** The share of each block's words that the main content has, 0 for copies beyond the number it has. */
export function labels(blocks: readonly Block[], truth: string): number[] {
  const words = wordsOf(truth);
  const grams = new Map<string, number>();
  for (let size = 1; size <= GRAM; size += 1) {
    for (let at = 0; at + size <= words.length; at += 1) {
      const gram = words.slice(at, at + size).join(' ');
      grams.set(gram, (grams.get(gram) ?? 0) + 1);
    }
  }
  const lines = new Map<string, number>();
  for (const line of truth.split('\n')) {
    const key = wordsOf(line).join(' ');
    if (key) lines.set(key, (lines.get(key) ?? 0) + 1);
  }
  const own = blocks.map(({ text }) => wordsOf(text));
  const keys = own.map((each) => each.join(' '));
  const found = own.map((each, index): number => {
    if (each.length === 0) return 0;
    if (each.length < GRAM) return lines.has(keys[index]!) ? 1 : grams.has(keys[index]!) ? -1 : 0;
    const covered = new Uint8Array(each.length);
    for (let at = 0; at + GRAM <= each.length; at += 1) {
      if (grams.has(each.slice(at, at + GRAM).join(' '))) covered.fill(1, at, at + GRAM);
    }
    return covered.reduce((sum, value) => sum + value, 0) / each.length;
  });
  const near = (index: number): number => {
    let sum = 0;
    for (let at = Math.max(0, index - 4); at <= Math.min(blocks.length - 1, index + 4); at += 1) {
      if (at !== index)
        sum +=
          Math.min(found[at]! > 0.5 ? own[at]!.length : found[at] === -1 ? 0.5 : 0, 30) /
          Math.abs(at - index);
    }
    return sum;
  };
  // A short text that is somewhere in the content counts if it stands between parts of the content.
  const settled = found.map((value, index) => {
    if (value !== -1) return value;
    const sides = [index - 1, index - 2, index + 1, index + 2].map((at) => (found[at] ?? 0) > 0.5);
    return (sides[0] || sides[1]) && (sides[2] || sides[3]) ? 1 : 0;
  });
  const copies = new Map<string, number[]>();
  keys.forEach((key, index) => {
    if (settled[index]! > 0.5) copies.set(key, [...(copies.get(key) ?? []), index]);
  });
  for (const [key, indices] of copies) {
    if (indices.length < 2) continue;
    const known = Math.max(
      1,
      lines.get(key) ?? 0,
      grams.get(own[indices[0]!]!.slice(0, GRAM).join(' ')) ?? 0,
    );
    const ranked = [...indices].sort((a, b) => near(b) - near(a));
    for (const index of ranked.slice(known)) settled[index] = 0;
  }
  return settled.map((value) => Math.round(value * 100) / 100);
}
