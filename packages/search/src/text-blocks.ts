/** Blocks of passages' texts: what is shown of a result, with its document's title and address. */
import type { FoundDocument, FoundPassage } from './answers.ts';
import type { Passage, SourceDocument } from './documents/types.ts';
import { damaged } from './errors.ts';
import type { BlockReader } from './format/block-file.ts';

/** Passages of a block: few, as results lie far apart. */
const PASSAGES_OF_BLOCK = 4;

type DocumentRow = readonly [id: string, title: string, url: string, breadcrumbs: readonly string[]];
type PassageRow = readonly [document: number, headings: readonly string[], anchor: string, text: string];
/** Documents, and passages with the position of their document in the block. */
type Block = readonly [readonly DocumentRow[], readonly PassageRow[]];

/** The displayed parts of one passage. */
export interface ShownPassage {
  readonly document: Pick<FoundDocument, 'id' | 'title' | 'url' | 'breadcrumbs'>;
  readonly passage: Pick<FoundPassage, 'headings' | 'anchor' | 'text'>;
}

export function textBlocks(
  documents: readonly SourceDocument[],
  passages: readonly Passage[],
): Uint8Array<ArrayBuffer>[] {
  const encoder = new TextEncoder();
  const blocks: Uint8Array<ArrayBuffer>[] = [];
  for (let first = 0; first < passages.length; first += PASSAGES_OF_BLOCK) {
    const group = passages.slice(first, first + PASSAGES_OF_BLOCK);
    const numbers = [...new Set(group.map(({ document }) => document))];
    const block: Block = [
      numbers.map((number): DocumentRow => {
        const { id, title, url, breadcrumbs } = documents[number]!;
        return [id, title, url, breadcrumbs];
      }),
      group.map(
        ({ document, headings, anchor, text }): PassageRow => [
          numbers.indexOf(document),
          headings,
          anchor,
          text,
        ],
      ),
    ];
    blocks.push(encoder.encode(JSON.stringify(block)));
  }
  return blocks;
}

/** Reads the displayed parts of passages. Passages requested together are loaded together. */
export class TextReader {
  readonly #blocks: BlockReader;
  readonly #file: string;
  /** Blocks that were read, by number. */
  readonly #parsed = new Map<number, Block>();

  /** @param file name of the blocks' file, for messages. */
  constructor(blocks: BlockReader, file: string) {
    this.#blocks = blocks;
    this.#file = file;
  }

  async shown(passage: number): Promise<ShownPassage> {
    const [documents, passages] = await this.#block(Math.floor(passage / PASSAGES_OF_BLOCK));
    const row = passages[passage % PASSAGES_OF_BLOCK];
    const owner = row === undefined ? undefined : documents[row[0]];
    if (row === undefined || owner === undefined) throw damaged(this.#file, `passage ${passage} is missing`);
    const [, headings, anchor, text] = row;
    const [id, title, url, breadcrumbs] = owner;
    return { document: { id, title, url, breadcrumbs }, passage: { headings, anchor, text } };
  }

  async #block(number: number): Promise<Block> {
    const before = this.#parsed.get(number);
    if (before !== undefined) return before;
    const bytes = (await this.#blocks.blocks([number])).get(number)!;
    const block = JSON.parse(new TextDecoder().decode(bytes)) as Block;
    this.#parsed.set(number, block);
    return block;
  }
}
