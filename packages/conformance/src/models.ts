/** The models that every implementation is tried with: one that knows what words mean, and tiny ones of each family. */
import {
  type TinyClip,
  type TinyColbert,
  type TinyCrossEncoder,
  type TinyListwise,
  type TinyModel,
  type TinyTextModel,
  tinyClipV1,
  tinyColbertV2,
  tinyRerankerV2,
  tinyRerankerV3,
  tinyV3,
  tinyV5Nano,
} from '@nearfield/model-tiny';

/** A model under the name by which requests ask for it. */
export type Named<Model> = Model & { readonly id: string };

/** What the suite asks for by name. An implementation has them all, or says that it has not the method. */
export interface ContractModels {
  /** The embedded default: 384 dimensions, 256 tokens, English. */
  readonly minilm: string;
  /** The embedded cross-encoder, which ranks together with `minilm`. */
  readonly reranker: string;
  /** The embedded image tower in the space of `minilm`. */
  readonly icons: string;
  /** Tasks with adapters and prompts, late chunking. */
  readonly v3: Named<TinyTextModel>;
  /** Another family of embedders: the last token's vector, a default task. */
  readonly v5: Named<TinyTextModel>;
  readonly clip: Named<TinyClip>;
  readonly colbert: Named<TinyColbert>;
  readonly crossEncoder: Named<TinyCrossEncoder>;
  readonly listwise: Named<TinyListwise>;
}

const named = <Model extends TinyModel>(id: string, model: Model): Named<Model> => ({ ...model, id });

export const contractModels = (): ContractModels => ({
  minilm: 'all-MiniLM-L6-v2',
  reranker: 'minilm-reranker',
  icons: 'icon-clip',
  v3: named('tiny-v3', tinyV3()),
  v5: named('tiny-v5', tinyV5Nano()),
  clip: named('tiny-clip', tinyClipV1()),
  colbert: named('tiny-colbert', tinyColbertV2()),
  crossEncoder: named('tiny-cross-encoder', tinyRerankerV2()),
  listwise: named('tiny-listwise', tinyRerankerV3(true)),
});

/** Those whose files the suite brings itself. */
export const tinyModelsOf = (models: ContractModels): Named<TinyModel>[] =>
  Object.values(models).filter((model) => typeof model !== 'string');

/** Ids of those that ship with Nearfield. */
export const embeddedIdsOf = ({ minilm, reranker, icons }: ContractModels): string[] => [
  minilm,
  reranker,
  icons,
];

/** Tokens of a text in a tiny model: its prompt, the text, special tokens. */
export const tokensOf = ({ tokenizer }: TinyModel, text: string): number =>
  tokenizer.around[0].length + tokenizer.bare(text).length + tokenizer.around[1].length;
