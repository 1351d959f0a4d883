import { APACHE_2, COMMON_OPTIONS, modelGraph } from './shared.ts';
import type { ModelEntry } from './types.ts';

/**
 * The defaults that ship with the engine: sentence-transformers' embedder, and a reranker and an image tower of our
 * own. None is one of Jina's.
 */
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
              { q8e4: 18.4, q8: 23.5, fp16: 45.2, fp32: 90.4 },
              { wasm: 'q8', webgpu: 'fp32', 'webgpu-f16': 'fp16' },
            ),
          ],
        },
      ],
      caution:
        'The sizes are of the files that ship with Nearfield; the hub repository has the same layout, without q8e4. ' +
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
  {
    id: 'minilm-reranker',
    aliases: ['nearfield/minilm-reranker'],
    huggingFaceId: '',
    name: 'minilm-reranker',
    description:
      'Small English cross-encoder for documentation and help texts: 32 tokens of the query, windows of 128 tokens of the document.',
    kind: 'reranker',
    family: 'minilm-reranker',
    modalities: ['text'],
    languages: 'English',
    maxTokens: 163,
    tasks: {},
    defaultTask: null,
    fusion: { embedder: 'all-MiniLM-L6-v2', weight: 8 },
    endpoints: ['rerank'],
    options: [],
    hosted: false,
    ...APACHE_2,
    parameters: 22_700_000,
    released: '2026-11-20',
    local: {
      runs: true,
      files: [
        {
          repository: null,
          graphs: [
            modelGraph(
              { q8: 23.5, fp16: 45.2, fp32: 90.3 },
              { wasm: 'q8', webgpu: 'fp32', 'webgpu-f16': 'fp16' },
            ),
          ],
        },
      ],
      caution:
        'It ranks best together with all-MiniLM-L6-v2 (logit + 8 · cosine). Not for web search logs, chat, news or code.',
    },
    // Computed in float32 from the embedded files' weights (int8 at their source).
    goldens: [
      {
        kind: 'logit',
        query: 'How do I reset my password?',
        document:
          'Open the account page and choose "Forgot password". We will send a link that lets you set a new password.',
        value: 3.346,
      },
      {
        kind: 'logit',
        query: 'How do I reset my password?',
        document: 'The shop is open from nine to five on weekdays and closed on public holidays.',
        value: -6.7738,
      },
    ],
    unverified: [],
  },
  {
    id: 'icon-clip',
    aliases: ['nearfield/icon-clip'],
    huggingFaceId: '',
    name: 'icon-clip',
    description:
      'Small image tower for emoji, icons and clip-art in the space of all-MiniLM-L6-v2, which embeds its texts: 384 dimensions. Not for photographs.',
    kind: 'clip',
    family: 'icon-clip',
    modalities: ['text', 'image'],
    languages: 'English',
    dimensions: 384,
    maxTokens: 256,
    // Every picture is read at 128 × 128 pixels. Counted as for jina-clip-v1, so that what is tried here has the
    // count that it would have there.
    imageTokens: { tile: 224, tokensPerTile: 1000 },
    textTower: 'all-MiniLM-L6-v2',
    zeroShot: { labelPrompt: 'a picture of a ', temperature: 1 / 36 },
    tasks: {},
    defaultTask: null,
    endpoints: ['embeddings', 'classify', 'train'],
    options: COMMON_OPTIONS,
    hosted: false,
    ...APACHE_2,
    parameters: 3_200_000,
    released: '2026-11-20',
    local: {
      runs: true,
      files: [
        {
          repository: null,
          graphs: [
            {
              name: 'vision_model',
              megabytes: { q8: 3.4, fp32: 6.5 },
              use: { wasm: 'fp32', webgpu: 'fp32', 'webgpu-f16': 'fp32' },
            },
          ],
        },
      ],
      caution:
        'For emoji, icons and clip-art only: its answers on photographs, screenshots and scenes are guesses. Texts are embedded by all-MiniLM-L6-v2, a download of its own.',
    },
    goldens: [],
    unverified: [],
  },
];
