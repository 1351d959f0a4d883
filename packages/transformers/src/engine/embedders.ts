/** Vectors of texts and pictures. */
import type { Tensor } from '@huggingface/transformers';
import { FoundationError } from '@nearfield/spec';
import type { TransformersModel } from '../models.ts';
import type { Library } from './library.ts';
import { type LoadOptions, maxTokensOf, type Tokenizer } from './loading.ts';

/** A picture as it comes here. */
export type Picture = string | Blob;

/** One input, its prompt already before the text. */
export type Input = { text: string } | { picture: Picture };

/** A loaded model that makes vectors. */
export interface Embedder {
  /** Tokens of a text with the special ones; undefined if the model reads no texts. */
  tokensOf?(text: string): number;
  readonly maxTokens: number;
  /** Vectors of texts, not normalised; those that are too long are cut. */
  texts?(texts: readonly string[]): Promise<Float32Array[]>;
  pictures?(pictures: readonly Picture[]): Promise<Float32Array[]>;
  dispose(): Promise<void>;
}

/** Rows of a tensor of shape [rows, width]. */
export function rowsOf({ data, dims }: Tensor): Float32Array[] {
  const width = dims.at(-1)!;
  const values = Float32Array.from(data as Float32Array);
  return Array.from({ length: values.length / width }, (_, row) =>
    values.slice(row * width, (row + 1) * width),
  );
}

/** Frees a pipeline's memory. */
export async function disposed(pipeline: { dispose(): Promise<unknown> }): Promise<void> {
  await pipeline.dispose();
}

const countsTokens = (tokenizer: Tokenizer) => (text: string) => tokenizer.encode(text).length;

async function textEmbedder(library: Library, key: string, model: TransformersModel, options: LoadOptions) {
  const extract = await library.pipeline('feature-extraction', key, options);
  return {
    tokensOf: countsTokens(extract.tokenizer as Tokenizer),
    maxTokens: maxTokensOf(model, extract.tokenizer as Tokenizer),
    texts: async (texts: readonly string[]) =>
      rowsOf(await extract([...texts], { pooling: model.pooling ?? 'mean' })),
    dispose: () => disposed(extract),
  };
}

async function imageEmbedder(library: Library, key: string, options: LoadOptions) {
  const extract = await library.pipeline('image-feature-extraction', key, options);
  return {
    maxTokens: 0,
    async pictures(pictures: readonly Picture[]) {
      const images = await Promise.all(pictures.map((picture) => imageOf(library, picture)));
      const output = await extract(images, { pool: false });
      // Models without a pooled output give a vector per patch; the first stands for the whole.
      const [rows, ...rest] = output.dims;
      return rest.length === 1 ? rowsOf(output) : rowsOf(output.slice(null, 0) as Tensor).slice(0, rows);
    },
    dispose: () => disposed(extract),
  };
}

/** Names of the two towers' classes by the model's type. */
const TOWERS: Readonly<Record<string, readonly [text: keyof Library, vision: keyof Library]>> = {
  clip: ['CLIPTextModelWithProjection', 'CLIPVisionModelWithProjection'],
  jina_clip: ['JinaCLIPTextModel', 'JinaCLIPVisionModel'],
  siglip: ['SiglipTextModel', 'SiglipVisionModel'],
};

/** Outputs that may hold a tower's vector, best first. */
const VECTORS = ['text_embeds', 'image_embeds', 'text_embeddings', 'image_embeddings', 'pooler_output'];

type Tower = ((inputs: object) => Promise<Record<string, Tensor>>) & { dispose(): Promise<unknown> };

async function clipEmbedder(library: Library, key: string, model: TransformersModel, options: LoadOptions) {
  const { model_type: type } = (await library.AutoConfig.from_pretrained(key)) as { model_type?: string };
  const names = TOWERS[type ?? ''];
  if (!names) {
    throw new Error(
      `its config.json is of type ${type}; kinds of CLIP are ${Object.keys(TOWERS).join(', ')}.`,
    );
  }
  const load = async (name: keyof Library): Promise<Tower> =>
    (await (library[name] as Library['AutoModel']).from_pretrained(key, options)) as unknown as Tower;
  const tokenizer = await library.AutoTokenizer.from_pretrained(key, options);
  const processor = await library.AutoProcessor.from_pretrained(key, options);
  const [text, vision] = [await load(names[0]), await load(names[1])];
  const vectorOf = (outputs: Record<string, Tensor>): Float32Array[] => {
    const name = VECTORS.find((each) => outputs[each] !== undefined);
    if (name === undefined) throw new Error(`a tower has no output ${VECTORS.join(', ')}.`);
    return rowsOf(outputs[name]!);
  };
  return {
    tokensOf: countsTokens(tokenizer),
    maxTokens: maxTokensOf(model, tokenizer),
    async texts(texts: readonly string[]) {
      const vectors: Float32Array[] = [];
      // Alone: many towers for texts have no mask, and would read the padding of a batch.
      for (const each of texts) vectors.push(...vectorOf(await text(tokenizer(each, { truncation: true }))));
      return vectors;
    },
    async pictures(pictures: readonly Picture[]) {
      const images = await Promise.all(pictures.map((picture) => imageOf(library, picture)));
      return vectorOf(await vision(await processor(images)));
    },
    async dispose() {
      await text.dispose();
      await vision.dispose();
    },
  };
}

/** Reads a picture. A string is a data URI or base64, or an address. */
async function imageOf({ RawImage }: Library, picture: Picture) {
  try {
    if (picture instanceof Blob) return await RawImage.fromBlob(picture);
    const isAddress = /^(https?|blob|data):/.test(picture);
    const response = await fetch(isAddress ? picture : `data:;base64,${picture}`);
    if (!response.ok) throw new Error(`the server answered ${response.status}`);
    return await RawImage.fromBlob(await response.blob());
  } catch (error) {
    throw new FoundationError({
      code: 'INPUT_VALIDATION_FAILED',
      message: `A picture cannot be read: ${error instanceof Error ? error.message : error}. It must be a PNG, JPEG or WebP as Blob, data URI, base64 or address.`,
      param: 'input',
      cause: error,
    });
  }
}

/** Loads a model that makes vectors. */
export function loadEmbedder(
  library: Library,
  key: string,
  model: TransformersModel,
  options: LoadOptions,
): Promise<Embedder> {
  if (model.kind === 'clip') return clipEmbedder(library, key, model, options);
  return model.kind === 'image-embedding'
    ? imageEmbedder(library, key, options)
    : textEmbedder(library, key, model, options);
}
