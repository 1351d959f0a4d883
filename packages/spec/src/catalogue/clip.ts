import { APACHE_2, CC_BY_NC_4, COMMON_OPTIONS, jinaIds, modelGraph } from './shared.ts';
import type { ModelEntry } from './types.ts';

export const CLIP_MODELS: readonly ModelEntry[] = [
  {
    ...jinaIds('jina-clip-v1'),
    name: 'jina-clip-v1',
    description: 'English text and images in one space: 768 dimensions, 8192 tokens.',
    kind: 'clip',
    family: 'jina-clip-v1',
    modalities: ['text', 'image', 'pdf'],
    classifyModalities: ['text', 'image'],
    trainModalities: ['text', 'image'],
    languages: 'English',
    dimensions: 768,
    maxTokens: 8192,
    imageTokens: { tile: 224, tokensPerTile: 1000 },
    tasks: {},
    defaultTask: null,
    endpoints: ['embeddings', 'classify', 'train'],
    options: COMMON_OPTIONS,
    hosted: true,
    ...APACHE_2,
    parameters: 222_647_041,
    released: '2024-06-05',
    local: {
      runs: true,
      files: [
        {
          repository: 'jinaai/jina-clip-v1',
          graphs: [
            {
              name: 'text_model',
              megabytes: { q8: 138, int8: 138, uint8: 138, bnb4: 158, q4: 165, fp16: 274, fp32: 548 },
              use: { wasm: 'fp16', webgpu: null, 'webgpu-f16': 'fp16' },
              broken: {
                dtypes: ['q8', 'int8', 'uint8', 'bnb4', 'q4'],
                reason: 'an attention shape of 16 tokens was baked in: longer texts fail',
              },
            },
            {
              name: 'vision_model',
              megabytes: { bnb4: 51.9, q4: 57.2, q8: 87.9, int8: 87.9, uint8: 87.9, fp16: 172, fp32: 344 },
              use: { wasm: 'q8', webgpu: 'fp32', 'webgpu-f16': 'fp16' },
            },
          ],
        },
      ],
      caution: 'Two downloads: the text tower (274 MB) and the image tower (88 MB), each when first used.',
    },
    goldens: [
      {
        kind: 'embedding',
        text: 'hello world',
        prompted: false,
        first: [-0.0862, -0.0101, -0.0056, 0.0375, -0.0472],
      },
    ],
    unverified: ['that the golden’s text is "hello world"'],
  },
  {
    ...jinaIds('jina-clip-v2'),
    name: 'jina-clip-v2',
    description: 'Multilingual text and images in one space: 1024 dimensions, 8192 tokens.',
    kind: 'clip',
    family: 'jina-clip-v2',
    modalities: ['text', 'image', 'pdf'],
    classifyModalities: ['text', 'image'],
    trainModalities: ['text', 'image'],
    languages: 'multilingual',
    dimensions: 1024,
    matryoshka: [64, 128, 256, 512, 768, 1024],
    apiMaxDimensions: 1024,
    maxTokens: 8192,
    imageTokens: { tile: 512, tokensPerTile: 4000 },
    tasks: {
      'retrieval.query': { prompt: 'Represent the query for retrieving evidence documents: ' },
    },
    defaultTask: null,
    endpoints: ['embeddings', 'classify', 'train'],
    options: [...COMMON_OPTIONS, 'task', 'dimensions'],
    hosted: true,
    ...CC_BY_NC_4,
    parameters: 865_278_477,
    released: '2024-11-05',
    local: {
      runs: true,
      files: [
        {
          repository: 'jinaai/jina-clip-v2',
          graphs: [
            modelGraph(
              { q4f16: 861, q8: 874, int8: 874, uint8: 874, bnb4: 1380, q4: 1420, fp16: 1730, fp32: 3450 },
              { wasm: 'q8', webgpu: null, 'webgpu-f16': 'q4f16' },
              ['fp32'],
            ),
          ],
        },
      ],
      caution: 'A download of more than 860 MB: text and image towers are one file.',
    },
    goldens: [],
    unverified: [
      '4000 tokens per tile',
      'how the image is resized (`resize_mode` of its preprocessor_config.json)',
      'how the graph treats padding: texts of one length are batched only',
    ],
  },
];
