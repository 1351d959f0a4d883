import { HELD_STYLE } from '../html/inert-source.ts';
import { isBlock, SKIPPED_TAGS } from './tags.ts';

/** An element that holds blocks. Counts are of everything inside. */
export interface Section {
  element: Element;
  tag: string;
  parent: Section | undefined;
  depth: number;
  words: number;
  linkWords: number;
  blocks: number;
  paragraphs: number;
  images: number;
  /** Words of `class`, `id`, `role` and `itemprop`. */
  tokens: readonly string[];
  hidden: boolean;
}

/** Text that stands together, such as a paragraph, a heading or a cell. */
export interface Block {
  section: Section;
  /** Its pieces of text, in order. */
  nodes: Text[];
  /** With spaces as they are shown. */
  text: string;
  words: number;
  linkWords: number;
  links: number;
  inButton: boolean;
  hidden: boolean;
  /** Words of `class` and `id` of the elements in the line that hold its first text. */
  tokens: readonly string[];
}

/** What a walk over a page finds. */
export interface Blocks {
  blocks: Block[];
  root: Section;
}

interface Inline {
  link: boolean;
  button: boolean;
  hidden: boolean;
  tokens: readonly string[];
}

interface Run {
  nodes: Text[];
  parts: string[];
  linkText: string[];
  links: number;
  buttonCharacters: number;
  characters: number;
  hidden: boolean;
  tokens: readonly string[];
}

/** Nodes between two breaks. */
const BREAK = 500;

const WORD = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]{1,2}|[\p{L}\p{N}_]+/gu;
const NO_TOKENS: readonly string[] = [];

/** Number of words; two characters of Chinese or Japanese count as one. */
const countWords = (text: string): number => text.match(WORD)?.length ?? 0;

/** Finds the blocks of text below an element, in their order. */
export function* findBlocks(body: Element): Generator<void, Blocks> {
  const blocks: Block[] = [];
  const root = newSection(body, 'body', undefined);
  let run: Run | undefined;

  const flush = (section: Section): void => {
    if (!run) return;
    const { nodes, parts, linkText, links, buttonCharacters, characters, hidden, tokens } = run;
    run = undefined;
    const text = parts.join('').replace(/\s+/g, ' ').trim();
    const words = countWords(text);
    if (words === 0) return;
    const linkWords = linkText.length > 0 ? Math.min(words, countWords(linkText.join(' '))) : 0;
    const inButton = buttonCharacters * 2 > characters;
    blocks.push({ section, nodes, text, words, linkWords, links, inButton, hidden, tokens });
    const isParagraph = section.tag === 'p' ? 1 : 0;
    for (let each: Section | undefined = section; each; each = each.parent) {
      each.words += words;
      each.linkWords += linkWords;
      each.blocks += 1;
      each.paragraphs += isParagraph;
    }
  };

  const start = (inline: Inline): Run => ({
    nodes: [],
    parts: [],
    linkText: [],
    links: 0,
    buttonCharacters: 0,
    characters: 0,
    hidden: inline.hidden,
    tokens: inline.tokens,
  });

  // A stack of its own: pages nest deeper than the engine's.
  interface Frame {
    next: ChildNode | null;
    section: Section;
    inline: Inline;
    /** Whether the frame's element began the section. */
    own: boolean;
  }
  const outer: Inline = { link: false, button: false, hidden: false, tokens: NO_TOKENS };
  const stack: Frame[] = [{ next: body.firstChild, section: root, inline: outer, own: true }];
  let steps = 0;
  for (let frame = stack.at(-1); frame; frame = stack.at(-1)) {
    steps += 1;
    if (steps % BREAK === 0) yield;
    const node = frame.next;
    const { section, inline } = frame;
    if (!node) {
      stack.pop();
      if (frame.own) flush(section);
      continue;
    }
    frame.next = node.nextSibling;
    if (node.nodeType === 3) {
      const { data } = node as Text;
      if (!run && !/\S/.test(data)) continue;
      run ??= start(inline);
      run.nodes.push(node as Text);
      run.parts.push(data);
      run.characters += data.length;
      if (inline.link) run.linkText.push(data);
      if (inline.button) run.buttonCharacters += data.length;
    } else if (node.nodeType === 1) {
      const element = node as Element;
      const tag = element.localName;
      if (SKIPPED_TAGS.has(tag)) continue;
      if (tag === 'br') {
        run?.parts.push('\n');
        continue;
      }
      if (tag === 'img') {
        for (let each: Section | undefined = section; each; each = each.parent) each.images += 1;
        continue;
      }
      if (isBlock(element, tag)) {
        flush(section);
        const inner = newSection(element, tag, section);
        const state = { ...inline, hidden: inline.hidden || inner.hidden, tokens: NO_TOKENS };
        stack.push({ next: element.firstChild, section: inner, inline: state, own: true });
        continue;
      }
      const isLink = tag === 'a' && element.hasAttribute('href');
      const state: Inline = {
        link: inline.link || isLink,
        button: inline.button || tag === 'button',
        hidden: inline.hidden || isHidden(element),
        tokens: tokensOf(element, inline.tokens),
      };
      if (isLink) {
        run ??= start(state);
        run.links += 1;
      }
      stack.push({ next: element.firstChild, section, inline: state, own: false });
    }
  }
  return { blocks, root };
}

function newSection(element: Element, tag: string, parent: Section | undefined): Section {
  return {
    element,
    tag,
    parent,
    depth: parent ? parent.depth + 1 : 0,
    words: 0,
    linkWords: 0,
    blocks: 0,
    paragraphs: 0,
    images: 0,
    tokens: tokensOf(element, NO_TOKENS),
    hidden: isHidden(element),
  };
}

function isHidden(element: Element): boolean {
  if (element.hasAttribute('hidden') || element.getAttribute('aria-hidden') === 'true') return true;
  const style = element.getAttribute('style') ?? element.getAttribute(HELD_STYLE);
  return style !== null && /display\s*:\s*none|visibility\s*:\s*hidden/i.test(style);
}

const TOKEN_ATTRIBUTES = ['class', 'id', 'role', 'itemprop', 'data-testid'];
/** Attributes of frameworks can be kilobytes of utility classes. */
const LONGEST_ATTRIBUTE = 400;

function tokensOf(element: Element, outer: readonly string[]): readonly string[] {
  let text = '';
  for (const name of TOKEN_ATTRIBUTES) {
    const value = element.getAttribute(name);
    if (value) text += ` ${value.slice(0, LONGEST_ATTRIBUTE)}`;
  }
  if (text === '') return outer;
  const found = text
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .match(/[a-z]{3,}/g);
  return found ? [...outer, ...new Set(found)] : outer;
}
