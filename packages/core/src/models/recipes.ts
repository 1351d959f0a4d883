import type { ModelFamily } from '@nearfield/spec/implement';
import { ICON_CLIP_OVERRIDES } from '../image/recipe.ts';
import type { Recipe } from './recipe.ts';

/**
 * The recipe of each family that has files for a local engine, or that custom exports can follow. Sources: the models'
 * cards and reference code; open points are listed in the catalogue's `unverified`.
 */
const RECIPES: Partial<Record<ModelFamily, Recipe>> = {
  'bert-mean': { kind: 'text', pooling: 'mean' },
  'jina-v2': { kind: 'text', pooling: 'mean' },
  // The exporter named the pooled output by a number; `text_embeds` has one vector per token.
  'jina-v3': { kind: 'text', pooling: 'mean', pooledOutputs: ['13049'] },
  'jina-v5': { kind: 'text', pooling: 'last', pooledOutputs: ['sentence_embedding'] },
  'jina-code': { kind: 'text', pooling: 'last', pooledOutputs: ['sentence_embedding'] },
  'jina-clip-v1': {
    kind: 'clip',
    graphs: { text: 'text_model', image: 'vision_model' },
    textOutputs: ['text_embeds', 'text_embeddings'],
    imageOutputs: ['image_embeds', 'image_embeddings'],
  },
  'jina-clip-v2': {
    kind: 'clip',
    graphs: { text: 'model', image: 'model' },
    textOutputs: ['text_embeddings', 'text_embeds'],
    imageOutputs: ['image_embeddings', 'image_embeds'],
  },
  'icon-clip': {
    kind: 'clip',
    graphs: { image: 'vision_model' },
    textOutputs: [],
    imageOutputs: ['image_embeds'],
    pictures: ICON_CLIP_OVERRIDES,
  },
  'jina-colbert-v1': {
    kind: 'colbert',
    queryMarker: '[unused0]',
    documentMarker: '[unused1]',
    queryTokens: 32,
    attendToFill: false,
  },
  'jina-colbert-v2': {
    kind: 'colbert',
    queryMarker: '[QueryMarker]',
    documentMarker: '[DocumentMarker]',
    queryTokens: 32,
    attendToFill: true,
  },
  'cross-encoder': { kind: 'pairs', maxQueryTokens: 512, overlap: 80 },
  // 32 and 128 tokens as in its training, the query's special tokens included.
  'minilm-reranker': { kind: 'pairs', maxQueryTokens: 34, maxDocumentTokens: 128, overlap: 32 },
  'jina-reranker-v3': {
    kind: 'listwise',
    documentToken: '<|embed_token|>',
    queryToken: '<|rerank_token|>',
    maxQueryTokens: 512,
    maxDocumentTokens: 2048,
    maxDocuments: 125,
  },
};

/** The recipe of a family; undefined for those that only the hosted API runs. */
export const recipeOf = (family: ModelFamily): Recipe | undefined => RECIPES[family];
