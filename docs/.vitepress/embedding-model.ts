import type { SiteSearchOptions } from '@nearfield/search/vite';

/** Embeds the passages, with the query table that lets visitors search by meaning without a model. */
export const embeddingModel: NonNullable<SiteSearchOptions['createMeaning']> = async () => {
  const { createNodeFoundation } = await import('@nearfield/core/node');
  const { directory: modelDirectory, MODEL_ID } = await import('@nearfield/model-minilm');
  const { queryTableDirectory } = await import('@nearfield/model-minilm-query-table/build');
  const { readQueryTableFolder, VectorCache } = await import('@nearfield/search/node');
  const foundation = createNodeFoundation({ models: [{ id: MODEL_ID, source: modelDirectory() }] });
  const cache = new VectorCache(
    new URL('../node_modules/.cache/nearfield.vectors', import.meta.url).pathname,
  );
  return {
    foundation,
    model: MODEL_ID,
    table: await readQueryTableFolder(queryTableDirectory()),
    cache,
    close: async () => {
      cache.close();
      await foundation.close();
    },
  };
};
