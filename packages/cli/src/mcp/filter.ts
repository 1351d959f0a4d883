import type { Tool } from './tool.ts';

/** Which tools an agent is shown, as Jina's server takes it in its address. */
export interface ToolFilter {
  readonly includeTools: readonly string[];
  readonly excludeTools: readonly string[];
  readonly includeTags: readonly string[];
  readonly excludeTags: readonly string[];
}

const listOf = (text: string | null): string[] =>
  (text ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');

/** Filters of an address: `?include_tags=rerank&exclude_tools=embed`. */
export const filterOf = (query: URLSearchParams): ToolFilter => ({
  includeTools: listOf(query.get('include_tools')),
  excludeTools: listOf(query.get('exclude_tools')),
  includeTags: listOf(query.get('include_tags')),
  excludeTags: listOf(query.get('exclude_tags')),
});

/**
 * The tools that are left. What excludes wins over what includes; where nothing is included, everything is. Names that
 * no tool has are ignored: one address serves servers of several versions.
 */
export function filtered(tools: readonly Tool[], filter: ToolFilter): Tool[] {
  const { includeTools, excludeTools, includeTags, excludeTags } = filter;
  const all = includeTools.length + includeTags.length === 0;
  return tools.filter(
    ({ name, tag }) =>
      (all || includeTools.includes(name) || includeTags.includes(tag)) &&
      !excludeTools.includes(name) &&
      !excludeTags.includes(tag),
  );
}
