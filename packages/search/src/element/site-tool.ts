import { FoundationError } from '@nearfield/spec';
import type { Searcher } from './searcher.ts';
import type { Tool } from './web-mcp.ts';

const MOST = 20;

/** The search as a tool: a question in, passages with their addresses out. What the reader sees does not change. */
export function siteTool(name: string, searcherOf: () => Searcher): Tool {
  return {
    name,
    description: `Searches the pages of this site (${location.hostname}) by words and meaning. Returns the best pages with the passages that answer.`,
    inputSchema: {
      type: 'object',
      properties: {
        query: { type: 'string', description: 'Words or a question.' },
        limit: { type: 'integer', minimum: 1, maximum: MOST, description: 'Pages at most. Default 5.' },
      },
      required: ['query'],
    },
    annotations: { readOnlyHint: true },
    async execute({ query, limit = 5 }) {
      if (typeof query !== 'string' || query.trim() === '') {
        throw new FoundationError({
          code: 'INPUT_VALIDATION_FAILED',
          message: '`query` must be a text that is not empty.',
          param: 'query',
        });
      }
      const searcher = searcherOf();
      const index = await searcher.tiers.index();
      const most = Math.min(MOST, Math.max(1, Math.trunc(Number(limit)) || 5));
      const { results } = await index.search(query, { limit: most });
      return {
        results: results.map((page) => ({
          title: page.title,
          breadcrumbs: page.breadcrumbs,
          passages: page.passages.map((passage) => ({
            url: searcher.addressOf(page, passage, false),
            headings: passage.headings,
            text: passage.text,
          })),
        })),
      };
    },
  };
}
