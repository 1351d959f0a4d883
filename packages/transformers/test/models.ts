/** Tiny models with the type by which transformers.js chooses its classes, and what each must answer. */
import {
  type TinyFile,
  tinyBertReranker,
  tinyClipV1,
  tinyEntailment,
  tinyMiniLM,
} from '@nearfield/model-tiny';
import type { TransformersModel } from '../src/models.ts';

export const minilm = tinyMiniLM();
export const reranker = tinyBertReranker();
export const entailment = tinyEntailment();
export const clip = tinyClipV1();

/** A model's files with other fields in its config.json. */
export const withConfig = (files: readonly TinyFile[], fields: object): TinyFile[] =>
  files.map(({ path, bytes }) =>
    path === 'config.json'
      ? {
          path,
          bytes: new TextEncoder().encode(
            JSON.stringify({ ...(JSON.parse(new TextDecoder().decode(bytes)) as object), ...fields }),
          ),
        }
      : { path, bytes },
  );

/** Files of each model by its id. */
export const FILES: Readonly<Record<string, readonly TinyFile[]>> = {
  minilm: withConfig(minilm.files, { model_type: 'bert' }),
  reranker: withConfig(reranker.files, { model_type: 'bert', id2label: { 0: 'LABEL_0' } }),
  entailment: entailment.files,
  clip: clip.files,
};

/** The models as a caller describes them, their folders below an address. */
export const modelsBelow = (base: string): TransformersModel[] => [
  {
    id: 'minilm',
    source: `${base}minilm`,
    kind: 'text-embedding',
    dtype: 'fp32',
    prompts: { 'retrieval.query': 'query: ' },
  },
  {
    id: 'reranker',
    source: `${base}reranker/`,
    kind: 'reranker',
    dtype: 'fp32',
    maxTokens: reranker.maxTokens,
  },
  {
    id: 'entailment',
    source: `${base}entailment`,
    kind: 'zero-shot',
    dtype: 'fp32',
    hypothesis: 'this is {}',
  },
  { id: 'clip', source: `${base}clip`, kind: 'clip', dtype: 'fp32' },
];
