import type { HubOptions, SourceDescription, WorkerStart } from '../boundary/protocol.ts';
import type { ModelDefinition, ModelResolver, TokenizerResolver } from '../models/definition.ts';
import { type DefineOptions, defineModel, defineTokenizer, ownModel } from '../models/index.ts';
import { baseUrlSource, filesSource, hubSource } from '../store/index.ts';
import type { ModelSource } from '../store/types.ts';

type Models = Pick<WorkerStart, 'models' | 'dtype' | 'hub'>;

/** Finds models among those the page added, then in the catalogue. */
export function modelResolver(options: Models): ModelResolver {
  const definitions = new Map<string, ModelDefinition>();
  return (id) => {
    let definition = definitions.get(id);
    if (!definition) {
      definition = defineModel(id, optionsOf(id, options));
      definitions.set(id, definition);
    }
    return definition;
  };
}

/** Finds tokenizers likewise. */
export const tokenizerResolver =
  (options: Models): TokenizerResolver =>
  (id) =>
    defineTokenizer(id, optionsOf(id, options));

function optionsOf(id: string, { models, dtype, hub }: Models): DefineOptions {
  const custom = ownModel(models, id);
  return {
    like: custom?.like,
    recipe: custom?.recipe,
    source: custom && createSource(custom.source, hub),
    dtypes: custom?.dtypes,
    dtype: typeof dtype === 'string' ? dtype : dtype?.[id],
    hub: (repository) => hubSource(repository, hub),
  };
}

function createSource(source: SourceDescription, hub: HubOptions): ModelSource {
  switch (source.kind) {
    case 'url':
      return baseUrlSource(source.url);
    case 'hub':
      return hubSource(source.id, { ...hub, revision: source.revision });
    case 'files':
      return filesSource(source.files);
  }
}
