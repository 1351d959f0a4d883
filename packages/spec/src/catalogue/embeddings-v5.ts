import { CC_BY_NC_4, COMMON_OPTIONS, jinaIds, modelGraph } from './shared.ts';
import type { EmbeddingOption, HubFiles, ModelEntry, TaskFacts } from './types.ts';

const QUERY = 'Query: ';
/** The reference model's default prompt: every task but `retrieval.query` gets it. */
const DOCUMENT = 'Document: ';

/** The weights are published once a task, with the task's adapter merged. */
const REPOSITORY_TASKS = {
  retrieval: ['retrieval.query', 'retrieval.passage'],
  'text-matching': ['text-matching'],
  clustering: ['clustering'],
  classification: ['classification'],
} as const;

const tasksOf = (id: string | undefined): Record<string, TaskFacts> =>
  Object.fromEntries(
    Object.entries(REPOSITORY_TASKS).flatMap(([suffix, tasks]) =>
      tasks.map((task) => [
        task,
        {
          prompt: task === 'retrieval.query' ? QUERY : DOCUMENT,
          ...(id === undefined ? {} : { repository: `jinaai/${id}-${suffix}` }),
        },
      ]),
    ),
  );

const OPTIONS: readonly EmbeddingOption[] = [...COMMON_OPTIONS, 'task', 'dimensions'];

const nanoFiles = (): HubFiles[] =>
  Object.entries(REPOSITORY_TASKS).map(([suffix, tasks]) => ({
    repository: `jinaai/jina-embeddings-v5-text-nano-${suffix}`,
    tasks,
    graphs: [
      modelGraph(
        { q4: 137.8, q8: 250, fp16: 425, fp32: 847 },
        { wasm: 'q4', webgpu: 'q4', 'webgpu-f16': 'q4' },
        ['q4', 'q8', 'fp32'],
      ),
    ],
  }));

const common = {
  kind: 'embedding',
  languages: 'multilingual',
  apiMaxDimensions: 1024,
  defaultTask: 'text-matching',
  options: OPTIONS,
  hosted: true,
  ...CC_BY_NC_4,
  goldens: [],
} as const;

const NANO_DIMENSIONS = [32, 64, 128, 256, 512, 768];
const SMALL_DIMENSIONS = [32, 64, 128, 256, 512, 1024];
const OMNI_REASON = 'No ONNX file is published, and its image and audio towers are too large for a browser.';

export const EMBEDDINGS_V5: readonly ModelEntry[] = [
  {
    ...common,
    ...jinaIds('jina-embeddings-v5-text-nano'),
    name: 'jina-embeddings-v5-text-nano',
    description: 'Small multilingual text embeddings: 768 dimensions, 8192 tokens.',
    family: 'jina-v5',
    modalities: ['text'],
    dimensions: 768,
    matryoshka: NANO_DIMENSIONS,
    maxTokens: 8192,
    tasks: tasksOf('jina-embeddings-v5-text-nano'),
    endpoints: ['embeddings', 'classify', 'train', 'batch'],
    parameters: 239_000_000,
    released: '2026-02-18',
    local: {
      runs: true,
      files: nanoFiles(),
      caution: 'Each task’s weights are a download of their own.',
    },
    unverified: [
      'fp16 size (by arithmetic)',
      'that a q4f16 file is published',
      'which precisions keep their weights in a second file',
      'file sizes of the repositories other than retrieval',
    ],
  },
  {
    ...common,
    ...jinaIds('jina-embeddings-v5-text-small'),
    name: 'jina-embeddings-v5-text-small',
    description: 'Multilingual text embeddings: 1024 dimensions, 32768 tokens.',
    family: 'jina-v5',
    modalities: ['text'],
    dimensions: 1024,
    matryoshka: SMALL_DIMENSIONS,
    maxTokens: 32_768,
    tasks: tasksOf('jina-embeddings-v5-text-small'),
    endpoints: ['embeddings', 'classify', 'train', 'batch'],
    parameters: 677_000_000,
    released: '2026-02-18',
    local: {
      runs: false,
      reason:
        'Only float32 files of 2.39 GB a task are published. A quantised export of your own can be loaded as a custom model like this one.',
      instead: 'jina-embeddings-v5-text-nano',
    },
    unverified: ['that no quantised file is published'],
  },
  {
    ...common,
    ...jinaIds('jina-embeddings-v5-omni-nano'),
    name: 'jina-embeddings-v5-omni-nano',
    description:
      'Small embeddings of text, images, audio, video and PDFs in one space: 768 dimensions, 8192 tokens.',
    family: 'jina-v5-omni',
    modalities: ['text', 'image', 'pdf', 'video', 'audio', 'content'],
    dimensions: 768,
    matryoshka: NANO_DIMENSIONS,
    maxTokens: 8192,
    tasks: tasksOf(undefined),
    endpoints: ['embeddings'],
    parameters: 1_040_000_000,
    released: '2026-05-07',
    local: { runs: false, reason: OMNI_REASON, instead: 'jina-embeddings-v5-text-nano' },
    unverified: ['that its text vectors share the space of jina-embeddings-v5-text-nano'],
  },
  {
    ...common,
    ...jinaIds('jina-embeddings-v5-omni-small'),
    name: 'jina-embeddings-v5-omni-small',
    description:
      'Embeddings of text, images, audio, video and PDFs in one space: 1024 dimensions, 32768 tokens.',
    family: 'jina-v5-omni',
    modalities: ['text', 'image', 'pdf', 'video', 'audio', 'content'],
    dimensions: 1024,
    matryoshka: SMALL_DIMENSIONS,
    maxTokens: 32_768,
    tasks: tasksOf(undefined),
    endpoints: ['embeddings'],
    parameters: 1_740_000_000,
    released: '2026-05-07',
    local: { runs: false, reason: OMNI_REASON, instead: 'jina-embeddings-v5-text-nano' },
    unverified: ['that its text vectors share the space of jina-embeddings-v5-text-small'],
  },
];
