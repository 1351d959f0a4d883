import type { ModelFacts, ModelInfo } from '../endpoints/models.ts';
import type { ModelEntry } from './types.ts';

/** Facts that the catalogue adds to the API's description. */
export function modelFacts(entry: ModelEntry): ModelFacts {
  const { local } = entry;
  return {
    id: entry.id,
    kind: entry.kind,
    family: entry.family,
    dimensions: entry.dimensions,
    matryoshka: entry.matryoshka,
    tasks: Object.keys(entry.tasks),
    defaultTask: entry.defaultTask,
    endpoints: entry.endpoints,
    parameters: entry.parameters,
    licence: entry.licence,
    commercialUse: entry.commercialUse,
    local: local.runs
      ? {
          runs: true,
          sources: local.files.flatMap(({ repository, graphs }) =>
            graphs.map(({ name, megabytes }) => ({ repository, graph: name, megabytes })),
          ),
          caution: local.caution,
        }
      : local,
    unverified: entry.unverified,
  };
}

const FREE = {
  prompt: '0',
  completion: '0',
  image: '0',
  request: '0',
  input_cache_read: '0',
  input_cache_write: '0',
};

/** A model in the API's shape, our facts beside it. Prices are those of running it yourself: none. */
export function modelInfo(entry: ModelEntry): ModelInfo {
  const [fullId = entry.id] = entry.aliases;
  return {
    id: fullId,
    hugging_face_id: entry.huggingFaceId,
    name: entry.name,
    created: Date.parse(entry.released) / 1000,
    input_modalities: entry.modalities.filter((modality) => modality !== 'content'),
    output_modalities: [entry.kind === 'chat' ? 'text' : entry.kind === 'reranker' ? 'scores' : 'embeddings'],
    quantization: '',
    context_length: entry.maxTokens,
    max_output_length: entry.dimensions ?? 0,
    pricing: { ...FREE },
    supported_sampling_parameters: [],
    supported_features: [...entry.endpoints],
    description: entry.description,
    datacenters: [],
    nearfield: modelFacts(entry),
  };
}
