import {
  IndexRelatedRequestSchema,
  type IndexSearchRequest,
  IndexSearchRequestSchema,
  parseStrictly,
} from '@nearfield/spec/implement';
import type { ApiContext } from '../context.ts';
import {
  indexOf,
  type ServedAnswer,
  type ServedIndex,
  type ServedIndexes,
  type ServedSearchOptions,
} from '../indexes.ts';
import type { ApiService } from '../service.ts';

/** Search in indexes that the server has: beyond the API. */
export function indexRoutes(service: ApiService, indexes: ServedIndexes): void {
  const { routes } = service;
  const asked = async (context: ApiContext): Promise<ServedIndex> =>
    indexOf(indexes, context.req.param('id')!);

  routes.add('GET', '/v1/indexes', async (context) => {
    const ids = Object.keys(indexes);
    const data = await Promise.all(ids.map(async (id) => factsOf(id, await indexOf(indexes, id))));
    return context.json({ object: 'list', data });
  });
  routes.add('GET', '/v1/indexes/:id', async (context) =>
    context.json(factsOf(context.req.param('id')!, await asked(context))),
  );
  routes.add('GET', '/v1/indexes/:id/facets', async (context) =>
    context.json((await (await asked(context)).facets?.()) ?? {}),
  );
  routes.add('POST', '/v1/indexes/:id/search', async (context) => {
    const request = parseStrictly(IndexSearchRequestSchema, await service.body(context));
    const index = await asked(context);
    const options = await optionsOf(request, index, service, context.req.raw.signal);
    context.get('facts').model =
      typeof options.meaning === 'object' && 'model' in options.meaning ? index.model : undefined;
    const answer = await index.search(request.query, options);
    const { results, meaning, corrected, facets } = answer;
    return context.json({
      results,
      meaning,
      tier: tierOf(answer, options),
      problems: answer.problems.map(({ code, message }) => ({ code, message })),
      ...(corrected !== undefined && { corrected }),
      ...(facets && { facets }),
    });
  });
  routes.add('POST', '/v1/indexes/:id/related', async (context) => {
    const { id, limit, filters } = parseStrictly(IndexRelatedRequestSchema, await service.body(context));
    const index = await asked(context);
    return context.json({ results: (await index.related?.(id, { limit, filters })) ?? [] });
  });
}

const factsOf = (
  id: string,
  { model, hasTable = false, languages = [], countsFacets = true }: ServedIndex,
) => ({
  id,
  object: 'index' as const,
  ...(model !== undefined && { model }),
  has_table: hasTable,
  counts_facets: countsFacets,
  languages,
});

type Parsed = Required<Pick<IndexSearchRequest, 'query'>> & {
  readonly limit: number;
  readonly filters: ServedSearchOptions['filters'];
  readonly explain: boolean;
  readonly keywords: boolean;
  readonly meaning: boolean | 'table' | readonly number[];
  readonly rerank: boolean;
  readonly facets: boolean;
  readonly weights?: IndexSearchRequest['weights'];
};

async function optionsOf(
  { limit, filters, explain, keywords, meaning, rerank, facets, weights }: Parsed,
  { model, hasTable = false }: ServedIndex,
  service: ApiService,
  signal: AbortSignal,
): Promise<ServedSearchOptions> {
  const { foundation } = service;
  const reranker = rerank ? await service.reranker() : undefined;
  const read =
    meaning === 'table'
      ? hasTable
      : typeof meaning === 'object'
        ? Float32Array.from(meaning)
        : meaning && model !== undefined
          ? { foundation, model }
          : meaning;
  return {
    limit,
    filters,
    explain,
    keywords,
    meaning: read,
    signal,
    ...(reranker !== undefined && { rerank: { foundation, model: reranker } }),
    ...(facets && { facets }),
    ...(weights && { weights }),
  };
}

/** The best part that ranked. A part that failed is named among the problems and counts as not there. */
function tierOf({ meaning, problems }: ServedAnswer, options: ServedSearchOptions) {
  const isWhole = problems.length === 0;
  if (options.rerank && isWhole) return 'reranker';
  if (meaning === 'none') return 'keywords';
  return options.meaning !== true && isWhole ? 'model' : 'table';
}
