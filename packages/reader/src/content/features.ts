import type { Block, Section } from './blocks.ts';
import type { PageFacts } from './page-facts.ts';

/** Tags by what their text usually is: a tree splits between neighbours. */
const TAG_ORDER = [
  'p', 'pre', 'blockquote', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'figcaption', 'dd', 'dt', 'li', 'td', 'th',
  'article', 'main', 'section', 'body', 'div', 'header', 'summary', 'fieldset', 'form', 'aside', 'footer', 'nav',
]; // biome-ignore format: a table
const TAG_RANK: ReadonlyMap<string, number> = new Map(TAG_ORDER.map((tag, rank) => [tag, rank]));
const OTHER_TAG = 19.5;

const ANCESTORS = [
  'article',
  'main',
  'nav',
  'header',
  'footer',
  'aside',
  'form',
  'table',
  'ul',
  'ol',
  'dl',
  'figure',
  'section',
  'details',
  'dialog',
  'blockquote',
  'noscript',
] as const;

const TYPES: readonly RegExp[] = [
  /article|blogposting|report/,
  /^product|offer$/,
  /forum|discussion|question|qapage|answer/,
  /collection|itemlist|offercatalog/,
  /recipe|howto/,
  /organization|localbusiness|service/,
  /faq/,
];

/** Levels of sections around a block that are described. */
const LEVELS = 5;
/** Blocks to each side that are described. */
const NEIGHBOURS = 3;

/** Blocks between two breaks. */
const BREAK = 100;

/** Names of the values of {@link blockFeatures}, in order. */
export const FEATURES: readonly string[] = [
  'words', 'characters per word', 'link share', 'links', 'punctuation', 'ends a sentence', 'starts upper',
  'digits', 'capitals', 'button', 'hidden', 'hidden section', 'tag', 'depth', 'has date', 'has at or colon end', 'has currency',
  'block position', 'word position', 'words before', 'words after',
  ...ANCESTORS.map((tag) => `in ${tag}`),
  ...Array.from({ length: LEVELS }, (_, level) => ['words', 'share', 'links', 'blocks', 'mean', 'paragraphs', 'tag', 'children', 'images', 'paragraph share'].map((name) => `section ${level} ${name}`)).flat(),
  'climb to 250 words', 'climb link share', 'climb tag',
  ...Array.from({ length: NEIGHBOURS }, (_, at) => [`${-at - 1}`, `+${at + 1}`].flatMap((side) => ['words', 'link share', 'tag', 'same section', 'sentence'].map((name) => `${side} ${name}`))).flat(),
  'window words', 'window links', 'window wide words', 'window wide links',
  'after h1', 'to h1', 'h1s', 'title overlap', 'description overlap', 'is title',
  'same kind', 'same kind words', 'same kind links', 'same kind position', 'repeats',
  'page words', 'page blocks', 'page links', 'page paragraph share', 'page articles', 'page long blocks', 'page og article', 'page og product',
  ...TYPES.map((type) => `page type ${type.source}`),
  'path depth', 'page tables', 'page largest kind', 'heading before', 'blocks since heading', 'last heading level', 'page main',
]; // biome-ignore format: a table

const wordsOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? [];
const tagRank = (tag: string): number => TAG_RANK.get(tag) ?? OTHER_TAG;
const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
const isHeading = (tag: string): boolean => /^h[1-6]$/.test(tag);

/** Blocks of one kind: at the same place of a repeated structure. */
interface Kind {
  count: number;
  words: number;
  linkWords: number;
  first: number;
}

/** The nearest section that a reader would name, by its tag and first class. */
const signature = (section: Section): string => {
  let text = '';
  let each: Section | undefined = section;
  for (let level = 0; level < 3 && each; level += 1, each = each.parent)
    text += `${each.tag}.${each.tokens[0] ?? ''} `;
  return text;
};

/**
 * Describes the blocks of a page in numbers.
 *
 * @param take gets a row of {@link FEATURES} for each block in order. The row is written anew for the next one
 */
export function* blockFeatures(
  blocks: readonly Block[],
  root: Section,
  facts: PageFacts,
  take: (row: Float32Array, index: number) => void,
): Generator<void, void> {
  const row = new Float32Array(FEATURES.length);
  const total = Math.max(1, root.words);
  const kinds = new Map<string, Kind>();
  const repeats = new Map<string, number>();
  const ends: Uint8Array = new Uint8Array(blocks.length);
  const signatures: string[] = [];
  const before = new Float64Array(blocks.length + 1);
  const linksBefore = new Float64Array(blocks.length + 1);
  let firstHeading = -1;
  let headings = 0;
  let longBlocks = 0;
  const articles = new Set<Section>();
  const tables = new Set<Section>();
  let hasMain = 0;
  const seen = new Set<Section>();
  for (const [index, block] of blocks.entries()) {
    if (index % BREAK === 0) yield;
    const name = signature(block.section);
    signatures.push(name);
    const kind = kinds.get(name) ?? { count: 0, words: 0, linkWords: 0, first: index };
    kind.count += 1;
    kind.words += block.words;
    kind.linkWords += block.linkWords;
    kinds.set(name, kind);
    repeats.set(block.text, (repeats.get(block.text) ?? 0) + 1);
    before[index + 1] = before[index]! + block.words;
    linksBefore[index + 1] = linksBefore[index]! + block.linkWords;
    ends[index] = /[.!?…。！？]["'”’)]*$/.test(block.text) ? 1 : 0;
    if (block.words >= 20 && block.linkWords * 4 < block.words) longBlocks += 1;
    if (block.section.tag === 'h1') {
      headings += 1;
      if (firstHeading < 0) firstHeading = index;
    }
    for (let each: Section | undefined = block.section; each && !seen.has(each); each = each.parent) {
      seen.add(each);
      if (each.tag === 'article') articles.add(each);
      else if (each.tag === 'table') tables.add(each);
      else if (each.tag === 'main' || each.tokens.includes('main')) hasMain = 1;
    }
  }
  const titleWords = new Set(wordsOf(facts.title));
  const descriptionWords = new Set(wordsOf(facts.description));
  const plainTitle = facts.title.toLowerCase();
  let largestKind = 0;
  for (const { words, linkWords } of kinds.values()) largestKind = Math.max(largestKind, words - linkWords);
  const types = [...facts.types];
  const ofPage = [
    root.words,
    blocks.length,
    share(root.linkWords, total),
    share(root.paragraphs, blocks.length),
    articles.size,
    longBlocks,
    facts.kind === 'article' ? 1 : 0,
    facts.kind.includes('product') ? 1 : 0,
    ...TYPES.map((type) => (types.some((name) => type.test(name)) ? 1 : 0)),
    facts.pathDepth,
    tables.size,
    share(largestKind, total),
  ];
  const ancestors = new Map<Section, Float32Array>();
  const around = (section: Section): Float32Array => {
    const known = ancestors.get(section);
    if (known) return known;
    const flags = section.parent
      ? Float32Array.from(around(section.parent), (value) => (value > 0 ? value + 1 : 0))
      : new Float32Array(ANCESTORS.length + 1);
    const at = (ANCESTORS as readonly string[]).indexOf(section.tag);
    if (at >= 0) flags[at] = 1;
    if (section.hidden) flags[ANCESTORS.length] = 1;
    ancestors.set(section, flags);
    return flags;
  };
  let heading = -1;
  let at = 0;
  const put = (value: number): void => {
    row[at] = value;
    at += 1;
  };
  for (const [index, block] of blocks.entries()) {
    if (index % BREAK === 0) yield;
    at = 0;
    const { section, text, words } = block;
    const flags = around(section);
    const lower = text.toLowerCase();
    put(words);
    put(text.length / words);
    put(share(block.linkWords, words));
    put(block.links);
    put(share(text.match(/[.,;:!?。，、]/g)?.length ?? 0, words));
    put(ends[index]!);
    put(/^\p{Lu}/u.test(text) ? 1 : 0);
    put(share(text.match(/\d/g)?.length ?? 0, text.length));
    put(share(text.match(/\p{Lu}/gu)?.length ?? 0, text.length));
    put(block.inButton ? 1 : 0);
    put(block.hidden ? 1 : 0);
    put(flags[ANCESTORS.length]!);
    put(tagRank(section.tag));
    put(section.depth);
    put(/\b(19|20)\d\d\b|\b\d{1,2}[./:]\d{2}\b/.test(text) ? 1 : 0);
    put(/[:@]$|@/.test(text) ? 1 : 0);
    put(/[$€£¥₹]\s?\d|\d\s?[€£¥₹]/.test(text) ? 1 : 0);
    put(index / blocks.length);
    put(before[index]! / total);
    put(before[index]!);
    put(total - before[index + 1]!);
    for (let flag = 0; flag < ANCESTORS.length; flag += 1) put(flags[flag]!);
    let level: Section | undefined = section;
    for (let count = 0; count < LEVELS; count += 1) {
      const each: Section = level ?? root;
      put(each.words);
      put(each.words / total);
      put(share(each.linkWords, each.words));
      put(each.blocks);
      put(share(each.words, each.blocks));
      put(each.paragraphs);
      put(tagRank(each.tag));
      put(share(each.words, level?.parent?.words ?? total));
      put(each.images);
      put(share(each.paragraphs, each.blocks));
      level = level?.parent;
    }
    let climb: Section = section;
    let steps = 0;
    while (climb.parent && climb.words < 250) {
      climb = climb.parent;
      steps += 1;
    }
    put(steps);
    put(share(climb.linkWords, climb.words));
    put(tagRank(climb.tag));
    for (let far = 1; far <= NEIGHBOURS; far += 1) {
      for (const side of [index - far, index + far]) {
        const other = blocks[side];
        put(other?.words ?? -1);
        put(other ? share(other.linkWords, other.words) : -1);
        put(other ? tagRank(other.section.tag) : -1);
        put(other ? (other.section === section ? 2 : other.section.parent === section.parent ? 1 : 0) : -1);
        put(ends[side] ?? -1);
      }
    }
    for (const reach of [5, 15]) {
      const from = Math.max(0, index - reach);
      const to = Math.min(blocks.length, index + reach + 1);
      const inside = before[to]! - before[from]!;
      put(inside / (to - from));
      put(share(linksBefore[to]! - linksBefore[from]!, inside));
    }
    put(firstHeading < 0 ? 0 : index < firstHeading ? -1 : index === firstHeading ? 1 : 2);
    put(firstHeading < 0 ? 999 : index - firstHeading);
    put(headings);
    const own = words <= 60 ? wordsOf(text) : [];
    put(share(own.filter((word) => titleWords.has(word)).length, own.length));
    put(share(own.filter((word) => descriptionWords.has(word)).length, own.length));
    put(words > 1 && plainTitle.includes(lower) ? share(lower.length, plainTitle.length) : 0);
    const kind = kinds.get(signatures[index]!)!;
    put(kind.count);
    put(kind.words / kind.count);
    put(share(kind.linkWords, kind.words));
    put(kind.first / blocks.length);
    put(repeats.get(text)!);
    for (const value of ofPage) put(value);
    put(heading < 0 ? 0 : blocks[heading]!.words);
    put(heading < 0 ? 999 : index - heading);
    put(heading < 0 ? 9 : Number(blocks[heading]!.section.tag[1]));
    put(hasMain);
    if (isHeading(section.tag)) heading = index;
    take(row, index);
  }
}
