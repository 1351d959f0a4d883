import type { ModelDefinition, ModelResolver } from '../engine/models.ts';
import { defineModel } from '../families/index.ts';
import { baseUrlSource, filesSource, hubSource } from '../store/index.ts';
import type { ModelSource } from '../store/types.ts';
import type { HubOptions, SourceDescription, WorkerStart } from './protocol.ts';

/** Finds models among those the page added, then in the catalogue. */
export function modelResolver({
  models,
  dtype,
  hub,
}: Pick<WorkerStart, 'models' | 'dtype' | 'hub'>): ModelResolver {
  const definitions = new Map<string, ModelDefinition>();
  return (id) => {
    let definition = definitions.get(id);
    if (!definition) {
      const custom = models.find((model) => model.id === id);
      definition = defineModel(id, {
        like: custom?.like,
        source: custom && createSource(custom.source, hub),
        dtypes: custom?.dtypes,
        dtype: typeof dtype === 'string' ? dtype : dtype?.[id],
        hub: (repository) => hubSource(repository, hub),
      });
      definitions.set(id, definition);
    }
    return definition;
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
