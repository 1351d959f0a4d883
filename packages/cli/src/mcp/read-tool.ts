import * as v from 'valibot';
import { guardedReader } from '../read/guarded-reader.ts';
import { defineTool, type Tool } from './tool.ts';
import type { ToolModels } from './tools.ts';

/** A tool that reads a public page or PDF; with a question, what of it answers the question. */
export function readTool({ foundation, embedder, reranker }: ToolModels): Tool {
  const reader = guardedReader(reranker, embedder);
  return defineTool({
    name: 'read_url',
    tag: 'read',
    title: 'Read a page',
    description:
      'Read a public web page or PDF as Markdown: its main content without menus and banners. With a question you get the passages that answer it best, which costs far fewer tokens than the whole page.',
    input: v.object({
      url: v.pipe(v.string(), v.description('Address of the page, https or http')),
      question: v.optional(v.pipe(v.string(), v.description('Only passages that answer this'))),
      max_tokens: v.optional(
        v.pipe(
          v.number(),
          v.integer(),
          v.minValue(500),
          v.description('Tokens of the content at most, 500 or more'),
        ),
      ),
      with_links: v.optional(v.pipe(v.boolean(), v.description('A list of the page’s links too'))),
    }),
    async run({ url, question, max_tokens, with_links }, options) {
      const request = {
        url,
        question: question ?? null,
        maxTokens: max_tokens ?? null,
        withLinksSummary: with_links ?? false,
      };
      const { data } = await reader.read(request, { ...options, foundation });
      const { metadata: _metadata, external: _external, ...page } = data;
      return [page];
    },
  });
}
