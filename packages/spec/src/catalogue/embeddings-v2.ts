import { APACHE_2, COMMON_OPTIONS, jinaIds, modelGraph } from './shared.ts';
import type { LocalFacts, ModelEntry } from './types.ts';

interface V2Facts {
  id: string;
  languages: string;
  about: string;
  dimensions: number;
  parameters: number;
  released: string;
  local: LocalFacts;
  /** "hello world", first five values. */
  golden: readonly number[];
  hosted?: boolean;
  unverified?: readonly string[];
}

/** Mean pooling over a BERT with ALiBi positions; no prompts, no tasks, no Matryoshka training. */
const v2 = (facts: V2Facts): ModelEntry => ({
  ...jinaIds(facts.id),
  name: facts.id,
  description: `${facts.about} ${facts.dimensions} dimensions, 8192 tokens.`,
  kind: 'embedding',
  family: 'jina-v2',
  modalities: ['text'],
  languages: facts.languages,
  dimensions: facts.dimensions,
  maxTokens: 8192,
  tasks: {},
  defaultTask: null,
  endpoints: ['embeddings', 'classify', 'train'],
  options: COMMON_OPTIONS,
  hosted: facts.hosted ?? true,
  ...APACHE_2,
  parameters: facts.parameters,
  released: facts.released,
  local: facts.local,
  goldens: [{ kind: 'embedding', text: 'hello world', prompted: false, first: facts.golden }],
  unverified: ['whether the API takes `dimensions` below the model’s own', ...(facts.unverified ?? [])],
});

/** Repositories that publish q8 and fp32, some fp16: float on a GPU without float16 is not worth 640 MB. */
const wideVocabulary = (repository: string, fp16: boolean): LocalFacts => ({
  runs: true,
  files: [
    {
      repository,
      graphs: [
        modelGraph(
          { q8: 162, ...(fp16 ? { fp16: 321 } : {}), fp32: 641 },
          { wasm: 'q8', webgpu: null, 'webgpu-f16': fp16 ? 'fp16' : null },
        ),
      ],
    },
  ],
});

export const EMBEDDINGS_V2: readonly ModelEntry[] = [
  v2({
    id: 'jina-embeddings-v2-small-en',
    languages: 'English',
    about: 'Small English text embeddings.',
    dimensions: 512,
    parameters: 32_700_000,
    released: '2023-10-28',
    hosted: false,
    local: {
      runs: true,
      files: [
        {
          repository: 'Xenova/jina-embeddings-v2-small-en',
          graphs: [
            modelGraph(
              { q8: 32.8, int8: 32.6, uint8: 32.6, q4f16: 40.8, fp16: 65, bnb4: 72.1, q4: 73.2, fp32: 130 },
              { wasm: 'q8', webgpu: 'fp32', 'webgpu-f16': 'fp16' },
            ),
          ],
        },
      ],
    },
    golden: [-0.0455, -0.0428, -0.0122, 0.0613, 0.0015],
    unverified: ['release date'],
  }),
  v2({
    id: 'jina-embeddings-v2-base-en',
    languages: 'English',
    about: 'English text embeddings.',
    dimensions: 768,
    parameters: 137_000_000,
    released: '2023-10-28',
    local: {
      runs: true,
      files: [
        {
          repository: 'Xenova/jina-embeddings-v2-base-en',
          graphs: [
            modelGraph(
              { q4f16: 111, int8: 137, uint8: 137, q8: 138, bnb4: 158, q4: 165, fp16: 274, fp32: 547 },
              { wasm: 'q8', webgpu: 'q4', 'webgpu-f16': 'fp16' },
            ),
          ],
        },
      ],
    },
    golden: [-0.0332, -0.0509, 0.0287, -0.0043, -0.0077],
  }),
  v2({
    id: 'jina-embeddings-v2-base-zh',
    languages: 'Chinese, English',
    about: 'Chinese and English text embeddings.',
    dimensions: 768,
    parameters: 161_000_000,
    released: '2024-01-09',
    local: wideVocabulary('jinaai/jina-embeddings-v2-base-zh', true),
    golden: [0.0381, 0.0286, -0.0231, 0.0052, -0.0151],
  }),
  v2({
    id: 'jina-embeddings-v2-base-de',
    languages: 'German, English',
    about: 'German and English text embeddings.',
    dimensions: 768,
    parameters: 161_000_000,
    released: '2024-01-15',
    local: wideVocabulary('jinaai/jina-embeddings-v2-base-de', false),
    golden: [-0.0085, 0.0417, 0.0342, 0.0309, -0.0149],
    unverified: [
      'that a q8 file is published, and its size',
      'that the published fp16 file fails on newer runtimes',
    ],
  }),
  v2({
    id: 'jina-embeddings-v2-base-es',
    languages: 'Spanish, English',
    about: 'Spanish and English text embeddings.',
    dimensions: 768,
    parameters: 161_000_000,
    released: '2024-02-14',
    local: wideVocabulary('jinaai/jina-embeddings-v2-base-es', false),
    golden: [-0.0108, -0.0092, -0.0373, 0.0171, -0.0301],
  }),
  v2({
    id: 'jina-embeddings-v2-base-code',
    languages: 'English and 30 programming languages',
    about: 'Embeddings of English and source code.',
    dimensions: 768,
    parameters: 137_000_000,
    released: '2024-02-05',
    local: wideVocabulary('jinaai/jina-embeddings-v2-base-code', true),
    golden: [0.0145, -0.0164, 0.0136, -0.017, 0.0734],
    unverified: [
      'parameters: the catalogue says 137 M, the file sizes imply 161 M',
      'number of programming languages',
    ],
  }),
];
