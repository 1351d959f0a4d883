import type { EmbeddingsRequest, SearchFoundation } from '@nearfield/spec';
import { normalise } from '@nearfield/spec';
import { type BuildOptions, buildIndex } from '../src/build-index.ts';
import type { SourceDocument } from '../src/documents/types.ts';
import { memoryLoader } from '../src/loader.ts';
import type { QueryTable } from '../src/meaning/safetensors.ts';
import { wordPieces } from '../src/meaning/word-piece.ts';
import { openIndex } from '../src/open-index.ts';

/** A document of one text. */
export const textDocument = (
  id: string,
  title: string,
  text: string,
  more: Partial<SourceDocument> = {},
): SourceDocument => ({
  id,
  title,
  url: `/${id}/`,
  breadcrumbs: [],
  filters: {},
  sections: [{ headings: [], anchor: '', text }],
  ...more,
});

/** Embeds texts by a query table's rows: a real embedding space without a model. */
export function tableFoundation(
  table: QueryTable,
): Pick<SearchFoundation, 'embeddings'> & { texts: string[] } {
  const rowOf = new Map(table.vocabulary.map((token, row) => [token, row]));
  const texts: string[] = [];
  const embedding = (text: string): Float32Array => {
    texts.push(text);
    const sum = new Float64Array(table.dimensions);
    for (const token of wordPieces(text, (each) => rowOf.has(each))) {
      const row = rowOf.get(token)!;
      for (let at = 0; at < sum.length; at++) {
        sum[at]! += table.quantized[row * sum.length + at]! * table.scale[row]!;
      }
    }
    return normalise(sum);
  };
  const embeddings = async ({ input }: EmbeddingsRequest) => ({
    data: ([input].flat() as string[]).map((text, index) => ({ index, embedding: embedding(text) })),
  });
  return { texts, embeddings: embeddings as unknown as SearchFoundation['embeddings'] };
}

/** Builds an index and opens it from memory. */
export async function indexOf(options: BuildOptions) {
  const files = await buildIndex(options);
  return { files, index: await openIndex(memoryLoader(files)) };
}
