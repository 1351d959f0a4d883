import { fetchLoader, openIndex, type SearchIndex } from '@nearfield/search';
import type { SearchRequest } from './live-session.ts';
import type { Passage } from './passage.ts';
import { loadSample } from './sample.ts';
import type { Answers } from './session.ts';

let opening: Promise<SearchIndex> | undefined;

/** The index of the sample that is served beside the page. A failure may be tried again. */
function index(): Promise<SearchIndex> {
  opening ??= openIndex(fetchLoader(new URL('sample/', document.baseURI))).catch((error: unknown) => {
    opening = undefined;
    throw error;
  });
  return opening;
}

/**
 * Answers from the sample passages without a model: by words, and by a table that has the meaning of each of them. So a
 * first visitor has answers before anything large is downloaded.
 * @throws FoundationError where the index cannot be fetched
 */
export async function sampleAnswers(
  question: string,
  { limit, filters = {} }: SearchRequest,
  signal: AbortSignal | undefined,
): Promise<Answers> {
  const [found, { document }] = await Promise.all([index(), loadSample()]);
  const passages = new Map(document.passages.map((passage): [string, Passage] => [passage.id, passage]));
  const { results, facets = {} } = await found.search(question, {
    limit,
    filters,
    facets: true,
    explain: true,
    ...(signal && { signal }),
  });
  const answers = results.flatMap(({ id, score, passages: [best] }) => {
    const passage = passages.get(id);
    return passage === undefined ? [] : [{ passage, score, explanation: best?.explanation }];
  });
  return { answers, facets };
}
