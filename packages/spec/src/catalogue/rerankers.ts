import { APACHE_2, CC_BY_NC_4, jinaIds, modelGraph } from './shared.ts';
import type { Golden, ModelEntry } from './types.ts';

const FRANCE = 'What is the capital of France?';

const franceGoldens = (paris: number, berlin: number): Golden[] => [
  { kind: 'logit', query: FRANCE, document: 'Paris is the capital of France.', value: paris },
  { kind: 'logit', query: FRANCE, document: 'Berlin is the capital of Germany.', value: berlin },
];

const common = {
  kind: 'reranker',
  modalities: ['text'],
  tasks: {},
  defaultTask: null,
  endpoints: ['rerank'],
  options: [],
  hosted: true,
} as const;

export const RERANKERS: readonly ModelEntry[] = [
  {
    ...common,
    ...jinaIds('jina-reranker-v1-tiny-en'),
    name: 'jina-reranker-v1-tiny-en',
    description: 'The smallest and fastest English reranker, 8192 tokens.',
    family: 'cross-encoder',
    languages: 'English',
    maxTokens: 8192,
    ...APACHE_2,
    parameters: 33_000_000,
    released: '2024-04-18',
    local: {
      runs: true,
      files: [
        {
          repository: 'jinaai/jina-reranker-v1-tiny-en',
          graphs: [
            modelGraph(
              { q8: 33.4, int8: 33.4, uint8: 33.4, fp16: 66.3, bnb4: 99.9, q4: 101, fp32: 132 },
              { wasm: 'q8', webgpu: 'fp32', 'webgpu-f16': 'fp16' },
            ),
          ],
        },
      ],
    },
    goldens: franceGoldens(2.5911, 0.1122),
    unverified: [],
  },
  {
    ...common,
    ...jinaIds('jina-reranker-v1-turbo-en'),
    name: 'jina-reranker-v1-turbo-en',
    description: 'A small and fast English reranker, 8192 tokens.',
    family: 'cross-encoder',
    languages: 'English',
    maxTokens: 8192,
    ...APACHE_2,
    parameters: 37_800_000,
    released: '2024-04-18',
    local: {
      runs: true,
      files: [
        {
          repository: 'jinaai/jina-reranker-v1-turbo-en',
          graphs: [
            modelGraph(
              { q8: 38.3, int8: 38.3, uint8: 38.3, fp16: 75.8, bnb4: 103, q4: 104, fp32: 151 },
              { wasm: 'q8', webgpu: 'fp32', 'webgpu-f16': 'fp16' },
            ),
          ],
        },
      ],
    },
    goldens: franceGoldens(1.8295, -2.8908),
    unverified: [],
  },
  {
    ...common,
    ...jinaIds('jina-reranker-v1-base-en'),
    name: 'jina-reranker-v1-base-en',
    description: 'English reranker, 8192 tokens.',
    family: 'cross-encoder',
    languages: 'English',
    maxTokens: 8192,
    ...APACHE_2,
    parameters: 137_000_000,
    released: '2024-02-29',
    local: {
      runs: false,
      reason: 'No ONNX file is known. An export of your own can be loaded as a custom model like this one.',
      instead: 'jina-reranker-v1-turbo-en',
    },
    goldens: [],
    unverified: ['that no ONNX file is published'],
  },
  {
    ...common,
    ...jinaIds('jina-reranker-v2-base-multilingual'),
    name: 'jina-reranker-v2-base-multilingual',
    description: 'Multilingual reranker; documents longer than 1024 tokens are read in overlapping windows.',
    family: 'cross-encoder',
    languages: 'multilingual',
    maxTokens: 1024,
    ...CC_BY_NC_4,
    parameters: 278_000_000,
    released: '2024-06-25',
    local: {
      runs: true,
      files: [
        {
          repository: 'jinaai/jina-reranker-v2-base-multilingual',
          graphs: [
            modelGraph(
              { q8: 280, int8: 280, uint8: 280, fp16: 557, bnb4: 822, q4: 827, fp32: 1110 },
              { wasm: 'q8', webgpu: null, 'webgpu-f16': 'fp16' },
            ),
          ],
        },
      ],
    },
    goldens: franceGoldens(1.6533, -1.6455),
    unverified: [],
  },
  {
    ...common,
    ...jinaIds('jina-reranker-v3'),
    name: 'jina-reranker-v3',
    description: 'Multilingual listwise reranker that reads all documents at once, 131072 tokens.',
    family: 'jina-reranker-v3',
    languages: 'multilingual',
    maxTokens: 131_072,
    ...CC_BY_NC_4,
    parameters: 597_000_000,
    released: '2025-10-01',
    local: {
      runs: false,
      reason:
        'Jina publishes no ONNX file; community exports are about 600 MB in int8. Such an export can be loaded as a custom model like this one.',
      instead: 'jina-reranker-v1-turbo-en',
    },
    goldens: [],
    unverified: ['ids of the special tokens: confirm in tokenizer.json'],
  },
  {
    ...common,
    ...jinaIds('jina-reranker-v3.5'),
    name: 'jina-reranker-v3.5',
    description: 'Successor of jina-reranker-v3 with local and global attention layers, 131072 tokens.',
    family: 'jina-reranker-v3',
    languages: 'multilingual',
    maxTokens: 131_072,
    hosted: false,
    ...CC_BY_NC_4,
    parameters: 600_000_000,
    released: '2026-07-27',
    local: {
      runs: false,
      reason: 'No ONNX file is known.',
      instead: 'jina-reranker-v1-turbo-en',
    },
    goldens: [],
    unverified: [
      'that the hosted API answers for it: it is newer than the OpenAPI document',
      'that it shares v3’s prompt',
    ],
  },
  {
    ...common,
    ...jinaIds('jina-reranker-m0'),
    name: 'jina-reranker-m0',
    description: 'Multilingual reranker of texts and page images, 10240 tokens.',
    family: 'jina-reranker-m0',
    modalities: ['text', 'image'],
    languages: 'multilingual',
    maxTokens: 10_240,
    ...CC_BY_NC_4,
    parameters: 2_400_000_000,
    released: '2025-04-08',
    local: {
      runs: false,
      reason: 'No ONNX file is published, and 2.4 billion parameters are too many for a browser.',
      instead: 'jina-reranker-v2-base-multilingual',
    },
    goldens: [],
    unverified: [],
  },
];
