import { APACHE_2, CC_BY_NC_4, jinaIds } from './shared.ts';
import type { ModelEntry } from './types.ts';

/** Late interaction: one vector per token, score Σ over query tokens of the best document token. */
const common = {
  kind: 'colbert',
  modalities: ['text'],
  dimensions: 128,
  maxTokens: 8192,
  tasks: {},
  defaultTask: null,
  endpoints: ['embeddings', 'multi-vector', 'rerank'],
  hosted: true,
  goldens: [],
} as const;

export const COLBERT_MODELS: readonly ModelEntry[] = [
  {
    ...common,
    ...jinaIds('jina-colbert-v1-en'),
    name: 'jina-colbert-v1-en',
    description: 'English late interaction: 128 dimensions per token, 8192 tokens.',
    family: 'jina-colbert-v1',
    languages: 'English',
    options: ['input_type'],
    ...APACHE_2,
    parameters: 137_000_000,
    released: '2024-02-17',
    local: {
      runs: false,
      reason:
        'No usable ONNX file is published: the community export lacks the projection to 128 dimensions. An export of your own can be loaded as a custom model like this one.',
      instead: 'all-MiniLM-L6-v2',
    },
    unverified: ['markers [unused0] and [unused1], and augmentation with [MASK] to 32 tokens'],
  },
  {
    ...common,
    ...jinaIds('jina-colbert-v2'),
    name: 'jina-colbert-v2',
    description: 'Multilingual late interaction: 64, 96 or 128 dimensions per token, 8192 tokens.',
    family: 'jina-colbert-v2',
    languages: 'multilingual',
    matryoshka: [64, 96, 128],
    dimensionChoices: [64, 96, 128],
    options: ['dimensions', 'input_type'],
    ...CC_BY_NC_4,
    parameters: 559_366_144,
    released: '2024-08-31',
    local: {
      runs: false,
      reason:
        'Only a float32 file of 2.23 GB is published. A quantised export of your own can be loaded as a custom model like this one.',
      instead: 'all-MiniLM-L6-v2',
    },
    unverified: ['whether the graph normalises query vectors', 'how the API scales its rerank scores'],
  },
];
