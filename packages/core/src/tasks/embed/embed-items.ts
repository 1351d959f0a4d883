import { type CallOptions, FoundationError, type ImageDoc } from '@nearfield/spec';
import { invalid, notSupported } from '@nearfield/spec/implement';
import { yieldToMessages } from '../../async/yield-to-messages.ts';
import type { ReadyEncoder, ReadyImages } from '../../engine/encoders/ready.ts';
import type { Engine } from '../../engine/engine.ts';
import { imageTokens, loadPictures, pixelValueCount } from '../../image/index.ts';
import type { LoadedPixelValues } from '../../image/load.ts';
import { FailedItems } from '../../requests/answer-items.ts';
import type { EmbedItem } from '../../requests/items.ts';
import type { TokenSequence } from '../../text/text-tokenizer.ts';
import { ProgressReporter, priorityOf } from '../work.ts';
import { checkDimensions, countTokens, inputField, readInTurns, tooLong } from './read-texts.ts';

/** Options of embedding. */
export interface EmbedItemsRequest {
  model: string;
  items: readonly EmbedItem[];
  /** The API's name of a task the model has; null for none. */
  task: string | null;
  /** Put before every text. */
  prompt: string;
  /** Size of the vectors. Default: the model's own. */
  dimensions?: number | undefined;
  /** Whether vectors have length 1. Default true. */
  normalized?: boolean | undefined;
  /** Whether texts that are too long are cut. Default: they are refused; undefined if requests have no such option. */
  truncate?: boolean | undefined;
  /** The request's field that an item came from, for errors. Default `input.<index>`. */
  fieldOf?: ((index: number) => string) | undefined;
  /** Number of items, from the first, that may fail alone: `failed` has their errors. Default 0: the call fails. */
  mayFail?: number | undefined;
}

/** Vectors of the items, in their order. */
export interface EmbeddedItems {
  /** Shape [items, dimensions]. */
  values: Float32Array;
  dimensions: number;
  /** Token counts per item: of a text with special tokens and prompt, of a picture by its size. */
  tokens: number[];
  totalTokens: number;
  /** The pictures' part of `totalTokens`; undefined without pictures. */
  imageTokens: number | undefined;
  /** Items without a vector; their values are 0. Empty if none may fail. */
  failed: FailedItems;
}

/** Number of texts to read at a time while others are computed. */
const TEXTS_AHEAD = 64;

/** Pictures that are held decoded while the ones before them are computed. */
const PICTURES_AHEAD = 16;

/**
 * Embeds texts and pictures in batches that concurrent calls share. Used by every task that needs vectors and not a
 * response. A tower of a CLIP model is loaded with the first item that needs it.
 *
 * A picture counts `ceil(width ÷ tile) × ceil(height ÷ tile) × tokensPerTile` tokens, by its catalogue entry.
 * @throws FoundationError INPUT_VALIDATION_FAILED for pictures that cannot be read or if the model reads text only,
 * and for more dimensions than the model has; INPUT_TOKEN_LIMIT_EXCEEDED; those of loading.
 */
export async function embedItems(
  engine: Engine,
  request: EmbedItemsRequest,
  options: CallOptions,
): Promise<EmbeddedItems> {
  const { model, items, task, mayFail = 0 } = request;
  const failed = new FailedItems((index) => index < mayFail);
  const texts = items.flatMap((item, index) => ('text' in item ? [index] : []));
  const { signal, onProgress } = options;
  const pictures = seenPictures(engine, request, failed);
  const reader = texts.length > 0 ? await engine.encoder(model, { task, signal, onProgress }) : undefined;
  const viewer = pictures.length > 0 ? await engine.models.images(model, { signal, onProgress }) : undefined;
  const own = (reader ?? viewer)?.info.dimensions ?? 0;
  if (viewer && viewer.info.dimensions !== own) {
    throw new FoundationError({
      code: 'MODEL_INVALID',
      message: `The texts of ${model} have ${own} dimensions, its pictures ${viewer.info.dimensions}: these files do not belong together.`,
      param: 'model',
    });
  }
  const dimensions = checkDimensions(request.dimensions, own);
  const values = new Float32Array(items.length * dimensions);
  const tokens = new Array<number>(items.length).fill(0);
  const report = new ProgressReporter(onProgress, items.length);
  const call: Call = { engine, request, options, dimensions, tokens, report, store, failed };
  function store(index: number, vector: Float32Array): void {
    values.set(vector, index * dimensions);
    report.finished(tokens[index]!);
  }
  if (reader) await embedTexts(reader, texts, call);
  if (viewer) await embedPictures(viewer, pictures, call);
  const sum = (indices: readonly number[]): number =>
    indices.reduce((total, index) => total + tokens[index]!, 0);
  return {
    values,
    dimensions,
    tokens,
    totalTokens: sum(texts) + sum(pictures),
    imageTokens: pictures.length > 0 ? sum(pictures) : undefined,
    failed,
  };
}

/**
 * The pictures that the model is to see. A classifier's model is known only here, so its inputs are checked here.
 * @throws FoundationError INPUT_VALIDATION_FAILED
 */
function seenPictures(
  engine: Engine,
  { model, items, fieldOf = inputField }: EmbedItemsRequest,
  failed: FailedItems,
): number[] {
  const pictures = items.flatMap((item, index) => ('image' in item ? [index] : []));
  if (pictures.length === 0 || engine.models.definition(model).entry.modalities.includes('image')) {
    return pictures;
  }
  for (const index of pictures) {
    failed.note(index, invalid(fieldOf(index), `${model} reads text only.`));
  }
  return [];
}

/** Shared state of both kinds of items. */
interface Call {
  engine: Engine;
  request: EmbedItemsRequest;
  options: CallOptions;
  dimensions: number;
  /** Of each item, filled while they are read. */
  tokens: number[];
  report: ProgressReporter;
  store: (index: number, vector: Float32Array) => void;
  failed: FailedItems;
}

/**
 * Reads some texts while a GPU or another worker computes those before them, the longest first, so that texts that are read together have
 * similar lengths and share batches.
 */
async function embedTexts(reader: ReadyEncoder, indices: readonly number[], call: Call): Promise<void> {
  const { engine, request, options, dimensions, tokens, report, store, failed: failedItems } = call;
  const { items, prompt, task, truncate, fieldOf, normalized = true } = request;
  const { definition, tokenizer, info, encoder } = reader;
  const { maxTokens } = info;
  const limit = { model: definition.id, maxTokens, truncate, fieldOf };
  const around = tokenizer.prefix.length + tokenizer.suffix.length;
  const textOf = (index: number): string => (items[index] as { text: string }).text;
  const group = encoder.group({ dimensions, normalized, task });
  const failed = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, failed.signal]) : failed.signal;
  // A CPU that computes does not read meanwhile, unless it has other workers compute.
  const hasHelp = engine.runtime.device === 'webgpu' || (group.capacity?.() ?? 1) > 1;
  const computesAside = hasHelp && indices.length > TEXTS_AHEAD;
  const order = computesAside
    ? [...indices].sort((left, right) => textOf(right).length - textOf(left).length)
    : indices;
  const size = computesAside ? TEXTS_AHEAD : indices.length;
  const computing: Promise<void>[] = [];
  try {
    for (let start = 0; start < order.length; start += size) {
      if (start > 0) await yieldToMessages();
      const part = order.slice(start, start + size);
      const read = await readInTurns(part, signal, async (index): Promise<TokenSequence | undefined> => {
        const text = prompt + textOf(index);
        const sequence = tokenizer.read(text, maxTokens);
        if (!sequence.isWhole && !truncate) {
          failedItems.note(
            index,
            tooLong(await countTokens(tokenizer, text, { signal, extra: around }), index, limit),
          );
          report.finished(0);
          return undefined;
        }
        tokens[index] = sequence.ids.length;
        return sequence;
      });
      const sequences = read.filter((sequence) => sequence !== undefined);
      const good = part.filter((_, at) => read[at] !== undefined);
      report.expect(sequences.reduce((sum, { ids }) => sum + ids.length, 0));
      const running = engine.scheduler.submit(group, sequences, {
        priority: priorityOf(options.priority, items.length),
        signal,
        onResult: (at, vector) => store(good[at]!, vector),
      });
      // Its failure is thrown once all texts are read.
      running.catch(() => {});
      computing.push(running);
    }
    await Promise.all(computing);
  } catch (error) {
    failed.abort(error);
    throw error;
  }
}

/** Decodes some pictures while those before them are computed: a thousand decoded ones would fill the memory. */
async function embedPictures(viewer: ReadyImages, indices: readonly number[], call: Call): Promise<void> {
  const { engine, request, options, dimensions, tokens, report, store, failed } = call;
  const { items, normalized = true, fieldOf = inputField, task, mayFail = 0 } = request;
  const { signal } = options;
  const { imageDecoder } = engine;
  if (!imageDecoder) {
    throw notSupported('images', 'this engine has no image decoder.', 'Send texts.');
  }
  const { loadPixelValues } = await loadPictures();
  const decoder = typeof imageDecoder === 'function' ? await imageDecoder() : imageDecoder;
  const { encoder, recipe, definition } = viewer;
  const rule = definition.entry.imageTokens;
  const group = encoder.group({ dimensions, normalized, task });
  const count = pixelValueCount(recipe);
  let running: Promise<void> = Promise.resolve();
  for (let start = 0; start < indices.length; start += PICTURES_AHEAD) {
    const part = indices.slice(start, start + PICTURES_AHEAD);
    const release = await engine.pixelValues.take(4 * count * part.length, signal);
    try {
      const load = (some: readonly number[]): Promise<LoadedPixelValues> =>
        loadPixelValues(
          some.map((index) => (items[index] as { image: ImageDoc['image'] }).image),
          recipe,
          { decoder, signal, budget: engine.pixels, paramOf: (at) => `${fieldOf(some[at]!)}.image` },
        );
      const { good, data, sizes } =
        mayFail > 0 ? await loadEach(part, load, failed) : { good: part, ...(await load(part)) };
      report.finished(0, part.length - good.length);
      good.forEach((index, at) => {
        tokens[index] = rule ? imageTokens(sizes[at]!, rule) : 0;
        report.expect(tokens[index]!);
      });
      await running;
      running = engine.scheduler
        .submit(
          group,
          good.map((_, at) => data.subarray(at * count, (at + 1) * count)),
          {
            priority: priorityOf(options.priority, items.length),
            signal,
            onResult: (at, vector) => store(good[at]!, vector),
          },
        )
        .finally(release);
    } catch (error) {
      release();
      throw error;
    }
    // A later picture may be unreadable while these are computed; their own failure is thrown in its turn.
    running.catch(() => {});
  }
  await running;
}

/** Pictures loaded one by one, without those that cannot be. */
async function loadEach(
  part: readonly number[],
  load: (some: readonly number[]) => Promise<LoadedPixelValues>,
  failed: FailedItems,
): Promise<{ good: number[] } & Pick<LoadedPixelValues, 'data' | 'sizes'>> {
  const good: number[] = [];
  const loaded: LoadedPixelValues[] = [];
  for (const index of part) {
    try {
      loaded.push(await load([index]));
      good.push(index);
    } catch (error) {
      failed.note(index, error);
    }
  }
  const [first] = loaded;
  const data = new Float32Array((first?.data.length ?? 0) * loaded.length);
  loaded.forEach((each, at) => {
    data.set(each.data, at * each.data.length);
  });
  return { good, data, sizes: loaded.flatMap(({ sizes }) => sizes) };
}
