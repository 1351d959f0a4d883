import { openIndex, type SearchIndex } from '@nearfield/search';
import { folderLoader } from '@nearfield/search/node';
import * as v from 'valibot';
import { optionsOf, tiersOf } from '../search/tiers.ts';
import { defineTool, type Tool } from './tool.ts';
import type { ToolModels } from './tools.ts';

/** Documents of an answer, where the call does not say how many. */
const LIMIT = 5;

/** Folders of indexes by name. */
export type IndexFolders = ReadonlyMap<string, string>;

/**
 * A tool that searches indexes of `nearfield index`: by words, by meaning, and with the reranker, as far as an index
 * has the files. An index that was built again is opened again.
 */
export function searchTool(folders: IndexFolders, { foundation, reranker }: ToolModels): Tool {
  const names = [...folders.keys()];
  const opened = new Map<string, Promise<SearchIndex>>();
  const open = async (name: string): Promise<SearchIndex> => {
    const before = await opened.get(name)?.catch(() => undefined);
    if (before !== undefined && !(await before.isOutdated())) return before;
    const opening = openIndex(folderLoader(folders.get(name)!));
    opened.set(name, opening);
    return opening;
  };
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
      const index = await open(name);
      const by = index.manifest.meaning === undefined ? 'keywords' : tiersOf(index).at(-1)!;
      const options = { ...optionsOf(by, index, foundation, reranker), limit, ...(signal && { signal }) };
      const { results, problems } = await index.search(query, options);
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
