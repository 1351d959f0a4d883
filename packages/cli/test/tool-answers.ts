/** The tools of `nearfield mcp`, in their order. */
export const TOOLS = [
  'embed',
  'sort_by_relevance',
  'classify_text',
  'deduplicate_strings',
  'segment',
  'read_url',
  'search_index',
];

interface Answer {
  readonly isError?: boolean;
  readonly texts: string[];
}

/** The texts of a tool's answer. */
export const answerOf = (result: unknown): Answer => {
  const { isError, content } = result as { isError?: boolean; content: { text: string }[] };
  return { ...(isError === undefined ? {} : { isError }), texts: content.map(({ text }) => text) };
};
/** The results of a tool. */
export const itemsOf = (result: unknown): Record<string, unknown>[] =>
  answerOf(result).texts.map((text) => JSON.parse(text));
