import * as v from 'valibot';
import { KeptIndex } from '../search/places.ts';
import { searchBy, tiersOf } from '../search/tiers.ts';
import { defineTool, type Tool } from './tool.ts';
import type { ToolModels } from './tools.ts';

/** Documents of an answer, where the call does not say how many. */
const LIMIT = 5;

/**
 * A tool that searches indexes, wherever they are: by words, by meaning, and with the reranker, as far as an index has
 * the files. An index that was built again is opened again.
 * @param places of indexes by name
 */
export function searchTool(places: ReadonlyMap<string, string>, { foundation, reranker }: ToolModels): Tool {
  const names = [...places.keys()];
  const kept = new Map([...places].map(([name, place]) => [name, new KeptIndex(place)]));
  return defineTool({
    name: 'search_index',
    tag: 'search',
    title: 'Search documents',
    description: `Search the documents of ${names.join(', ')} by meaning and by words, and get the passages that answer a question, with the addresses of their pages. Use this before you answer questions about their subjects.`,
    input: v.object({
      query: v.pipe(v.string(), v.minLength(1), v.description('A question, or words to look for')),
      index: v.optional(
        v.pipe(v.picklist(names), v.description(`The index to search (default: ${names[0]})`)),
        names[0]!,
      ),
      limit: v.optional(
        v.pipe(
          v.number(),
          v.integer(),
          v.minValue(1),
          v.maxValue(50),
          v.description(`Documents at most (default ${LIMIT})`),
        ),
        LIMIT,
      ),
    }),
    async run({ query, index: name, limit }, { signal }) {
      const index = await kept.get(name)!.get();
      const tier = tiersOf(index).at(-1)!;
      const by = { tier, foundation, reranker };
      const { results, problems } = await searchBy(index, query, by, { limit, ...(signal && { signal }) });
      const found = results.map(({ title, url, breadcrumbs, score, passages }) => ({
        title,
        url,
        breadcrumbs,
        score,
        passages: passages.map(({ headings, anchor, text }) => ({ headings, anchor, text })),
      }));
      // What is missing is said, so that nobody takes a search by words alone for one by meaning.
      return [...found, ...problems.map(({ code, message }) => ({ problem: message, code }))];
    },
  });
}
