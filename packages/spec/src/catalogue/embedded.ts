import { APACHE_2, COMMON_OPTIONS, modelGraph } from './shared.ts';
import type { ModelEntry } from './types.ts';

/** The default that ships with the engine. It is sentence-transformers' model, not one of Jina's. */
export const EMBEDDED_MODELS: readonly ModelEntry[] = [
  {
    id: 'all-MiniLM-L6-v2',
    aliases: ['sentence-transformers/all-MiniLM-L6-v2', 'Xenova/all-MiniLM-L6-v2'],
    huggingFaceId: 'sentence-transformers/all-MiniLM-L6-v2',
    name: 'all-MiniLM-L6-v2',
    description:
      'Small English sentence embedder of the sentence-transformers project: 384 dimensions, 256 tokens.',
    kind: 'embedding',
    family: 'bert-mean',
    modalities: ['text'],
    languages: 'English',
    dimensions: 384,
    maxTokens: 256,
    tasks: {},
    defaultTask: null,
    endpoints: ['embeddings', 'multi-vector', 'rerank', 'classify', 'train', 'batch'],
    options: [...COMMON_OPTIONS, 'late_chunking', 'return_multivector', 'return_tokenized_input'],
    hosted: false,
    ...APACHE_2,
    parameters: 22_700_000,
    released: '2021-08-30',
    local: {
      runs: true,
      files: [
        {
          repository: 'Xenova/all-MiniLM-L6-v2',
          graphs: [
            modelGraph(
              { q8: 23.5, fp16: 45.2, fp32: 90.4 },
              { wasm: 'q8', webgpu: 'fp32', 'webgpu-f16': 'fp16' },
            ),
          ],
        },
      ],
      caution:
        'The sizes are of the files that ship with Nearfield; the hub repository has the same layout. ' +
        'As a reranker it compares token vectors (late interaction), for which it was not trained.',
    },
    // Computed in float32 from the embedded files' weights (float16 at their source).
    goldens: [
      {
        kind: 'embedding',
        text: 'hello world',
        prompted: false,
        first: [-0.0345, 0.0311, 0.0067, 0.0261, -0.0395],
      },
      {
        kind: 'embedding',
        text: 'A browser can find the right passage by itself.',
        prompted: false,
        first: [-0.0328, -0.0039, -0.011, -0.011, 0.017],
      },
    ],
    unverified: ['release date'],
  },
];
