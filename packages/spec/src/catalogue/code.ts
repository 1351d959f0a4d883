import { CC_BY_NC_4, jinaIds } from './shared.ts';
import type { EmbeddingOption, ModelEntry, TaskFacts } from './types.ts';

/** Instruction before a query and before a passage; each ends in a line feed. */
const INSTRUCTIONS: Record<string, readonly [query: string, passage: string]> = {
  nl2code: ['Find the most relevant code snippet given the following query:\n', 'Candidate code snippet:\n'],
  qa: ['Find the most relevant answer given the following question:\n', 'Candidate answer:\n'],
  code2code: [
    'Find an equivalent code snippet given the following code snippet:\n',
    'Candidate code snippet:\n',
  ],
  code2nl: ['Find the most relevant comment given the following code snippet:\n', 'Candidate comment:\n'],
  code2completion: [
    'Find the most relevant completion given the following start of code snippet:\n',
    'Candidate completion:\n',
  ],
};

const tasks: Record<string, TaskFacts> = Object.fromEntries(
  Object.entries(INSTRUCTIONS).flatMap(([task, [query, passage]]) => [
    [`${task}.query`, { prompt: query }],
    [`${task}.passage`, { prompt: passage }],
  ]),
);

const OPTIONS: readonly EmbeddingOption[] = ['truncate', 'task', 'dimensions'];

const common = {
  kind: 'embedding',
  family: 'jina-code',
  modalities: ['text'],
  languages: 'English and programming languages',
  maxTokens: 32_768,
  tasks,
  defaultTask: 'nl2code.query',
  endpoints: ['embeddings', 'classify'],
  options: OPTIONS,
  hosted: true,
  ...CC_BY_NC_4,
  released: '2025-09-01',
  goldens: [],
  unverified: ['that the reference pads on the left'],
} as const;

export const CODE_EMBEDDINGS: readonly ModelEntry[] = [
  {
    ...common,
    ...jinaIds('jina-code-embeddings-0.5b'),
    name: 'jina-code-embeddings-0.5b',
    description: 'Code search embeddings: 896 dimensions, 32768 tokens.',
    dimensions: 896,
    matryoshka: [64, 128, 256, 512, 896],
    apiMaxDimensions: 896,
    parameters: 494_000_000,
    local: {
      runs: false,
      reason:
        'Jina publishes no ONNX file; community exports are 944 MB in float16. Such an export can be loaded as a custom model like this one.',
      instead: 'jina-embeddings-v2-base-code',
    },
  },
  {
    ...common,
    ...jinaIds('jina-code-embeddings-1.5b'),
    name: 'jina-code-embeddings-1.5b',
    description: 'Code search embeddings: 1536 dimensions, 32768 tokens.',
    dimensions: 1536,
    matryoshka: [128, 256, 512, 1024, 1536],
    apiMaxDimensions: 1536,
    parameters: 1_540_000_000,
    local: {
      runs: false,
      reason: 'No ONNX file of a size that a browser can hold is published.',
      instead: 'jina-embeddings-v2-base-code',
    },
  },
];
