import { CC_BY_NC_4, COMMON_OPTIONS, jinaIds, modelGraph } from './shared.ts';
import type { Golden, ModelEntry } from './types.ts';

const V3_TEXTS = ['Hello World', 'Follow the white rabbit.'] as const;

/** Values of both texts, made without the task's prompt. */
const v3Goldens = (task: string, values: readonly (readonly number[])[]): Golden[] =>
  values.map((first, index) => ({ kind: 'embedding', text: V3_TEXTS[index]!, task, prompted: false, first }));

export const EMBEDDINGS_V3: ModelEntry = {
  ...jinaIds('jina-embeddings-v3'),
  name: 'jina-embeddings-v3',
  description: 'Multilingual text embeddings with an adapter for each task: 1024 dimensions, 8192 tokens.',
  kind: 'embedding',
  family: 'jina-v3',
  modalities: ['text'],
  languages: 'multilingual',
  dimensions: 1024,
  matryoshka: [32, 64, 128, 256, 512, 768, 1024],
  apiMaxDimensions: 1024,
  maxTokens: 8192,
  tasks: {
    'retrieval.query': {
      prompt: 'Represent the query for retrieving evidence documents: ',
      adapter: 0,
    },
    'retrieval.passage': { prompt: 'Represent the document for retrieval: ', adapter: 1 },
    separation: { prompt: '', adapter: 2 },
    classification: { prompt: '', adapter: 3 },
    'text-matching': { prompt: '', adapter: 4 },
  },
  defaultTask: null,
  endpoints: ['embeddings', 'classify', 'train'],
  options: [...COMMON_OPTIONS, 'task', 'dimensions', 'late_chunking'],
  hosted: true,
  ...CC_BY_NC_4,
  parameters: 572_310_396,
  released: '2024-09-18',
  local: {
    runs: true,
    files: [
      {
        repository: 'jinaai/jina-embeddings-v3',
        graphs: [
          modelGraph({ fp16: 1150, fp32: 2290 }, { wasm: 'fp16', webgpu: null, 'webgpu-f16': 'fp16' }, [
            'fp32',
          ]),
        ],
      },
    ],
    caution:
      'A download of 1.15 GB: no quantised file is published. Without a task the hosted API uses the base weights, ' +
      'which this graph cannot: it always applies one of its five adapters, so a request here must name a task.',
  },
  goldens: [
    ...v3Goldens('retrieval.query', [
      [0.0623, -0.0402, 0.1706, -0.0143, 0.0617],
      [-0.1064, -0.0733, 0.0353, 0.0096, 0.0667],
    ]),
    ...v3Goldens('retrieval.passage', [
      [0.0513, -0.0247, 0.1751, -0.0075, 0.0679],
      [-0.0987, -0.0786, 0.09, 0.0087, 0.0577],
    ]),
    ...v3Goldens('separation', [
      [0.094, -0.1065, 0.1305, 0.0547, 0.0556],
      [0.0315, -0.1468, 0.065, 0.0568, 0.0546],
    ]),
    ...v3Goldens('classification', [
      [0.0606, -0.0877, 0.1384, 0.0065, 0.0722],
      [-0.0502, -0.119, 0.032, 0.0514, 0.0689],
    ]),
    ...v3Goldens('text-matching', [
      [0.0911, -0.0341, 0.1305, -0.026, 0.0576],
      [-0.1432, -0.05, 0.0133, 0.0464, 0.0789],
    ]),
  ],
  unverified: ['how the graph behaves on WebGPU'],
};

const V4_QUERY = { prompt: 'Query: ' };
const V4_PASSAGE = { prompt: 'Passage: ' };

export const EMBEDDINGS_V4: ModelEntry = {
  ...jinaIds('jina-embeddings-v4'),
  name: 'jina-embeddings-v4',
  description:
    'Multilingual embeddings of text, images and PDFs: 2048 dimensions or 128 per token, 32768 tokens.',
  kind: 'embedding',
  family: 'jina-v4',
  modalities: ['text', 'image', 'pdf'],
  classifyModalities: ['text'],
  trainModalities: ['text', 'image'],
  languages: 'multilingual',
  dimensions: 2048,
  matryoshka: [128, 256, 512, 1024, 2048],
  apiMaxDimensions: 2048,
  multiVectorDimensions: 128,
  maxTokens: 32_768,
  tasks: {
    'text-matching': V4_QUERY,
    'retrieval.query': V4_QUERY,
    'retrieval.passage': V4_PASSAGE,
    'code.query': V4_QUERY,
    'code.passage': V4_PASSAGE,
  },
  defaultTask: 'text-matching',
  endpoints: ['embeddings', 'multi-vector', 'classify', 'train'],
  options: [
    'truncate',
    'task',
    'dimensions',
    'late_chunking',
    'return_multivector',
    'return_tokenized_input',
  ],
  hosted: true,
  licence: 'Qwen Research License',
  commercialUse: {
    answer: 'licence-needed',
    why: 'The Qwen Research License (an older card said CC-BY-NC-4.0) is for research: commercial use needs a licence, or the paid API.',
  },
  parameters: 3_934_695_552,
  released: '2025-06-24',
  local: {
    runs: false,
    reason: 'No ONNX file is published, and 3.9 billion parameters are too many for a browser.',
    instead: 'jina-embeddings-v5-text-nano',
  },
  goldens: [],
  unverified: ['licence: two cards differ'],
};
