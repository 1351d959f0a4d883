import { type CallOptions, FoundationError, type SearchFoundation } from '@nearfield/spec';
import { itemKey, type MapItem } from './item.ts';
import { symmetricTask } from './symmetric-task.ts';

/** Texts of one call: between two of them progress is kept, and a cancellation loses no more than one. */
const CALL = 128;
/** Pictures of one call: each takes as long as many texts. */
const PICTURES = 16;

export interface EmbeddedItems {
  /** In the order of the items. */
  vectors: Float32Array[];
  /** Tokens of those that were not kept. */
  tokens: number;
  /** Items that were embedded now. */
  fresh: number;
  /** What the last answer of this space says of who gave it. */
  answer: object;
}

interface Space {
  /** As the answers name it, where they do. */
  id: string | undefined;
  dimensions: number;
  vectors: Map<string, Float32Array>;
  /** What the last answer says of who gave it. */
  answer: object;
}

const spaceOf = (answer: object): string | undefined =>
  (answer as { nearfield?: { space?: { id?: string } } }).nearfield?.space?.id;

/** Vectors by the place and model that made them, so that each item is embedded once, and spaces never mix. */
export class KeptVectors {
  readonly #spaces = new Map<string, Space>();

  /**
   * The vectors of items; only those that are not kept are computed. What was embedded before an error or a cancellation
   * stays.
   * @param place that names model and server: vectors of different places are never compared
   * @throws FoundationError CONFLICT where the place has begun to answer in another space
   */
  async embed(
    place: string,
    foundation: SearchFoundation,
    model: string,
    items: readonly MapItem[],
    options: CallOptions,
  ): Promise<EmbeddedItems> {
    const kept = this.#spaces.get(place)?.vectors;
    const missing = new Map(
      items.flatMap((item) => (kept?.has(itemKey(item)) ? [] : [[itemKey(item), item] as const])),
    );
    const task = symmetricTask(model);
    let tokens = 0;
    let done = 0;
    for (const part of callsOf(missing)) {
      const start = done;
      const isTexts = part[0]![1].picture === undefined;
      const response = await foundation.embeddings(
        {
          model,
          input: isTexts
            ? part.map(([, { text }]) => text)
            : part.map(([, { picture }]) => ({ image: picture!.blob })),
          embedding_type: 'float',
          ...(isTexts && { truncate: true }),
          ...(task && { task }),
        },
        {
          ...options,
          onProgress: (event) =>
            options.onProgress?.(
              event.type === 'work-progress'
                ? { ...event, inputs: { done: start + event.inputs.done, total: missing.size } }
                : event,
            ),
        },
      );
      options.signal?.throwIfAborted();
      this.#keep(
        place,
        response,
        part.map(([key]) => key),
        response.data.map(({ embedding }) => embedding),
      );
      tokens += response.usage.total_tokens;
      done += part.length;
    }
    const space = this.#spaces.get(place);
    const vectors = items.map((item) => space!.vectors.get(itemKey(item))!);
    return { vectors, tokens, fresh: missing.size, answer: space?.answer ?? {} };
  }

  /** The space of a place, where its answers name it. */
  spaceOf(place: string): string | undefined {
    return this.#spaces.get(place)?.id;
  }

  #keep(place: string, answer: object, keys: readonly string[], vectors: readonly Float32Array[]): void {
    const id = spaceOf(answer);
    const dimensions = vectors[0]?.length ?? 0;
    const known = this.#spaces.get(place);
    if (known && (known.id !== id || known.dimensions !== dimensions)) {
      this.#spaces.delete(place);
      throw new FoundationError({
        code: 'EMBEDDING_SPACE_MISMATCH',
        message:
          'The model has changed since the first texts were embedded: their vectors cannot be compared. Make the map again.',
      });
    }
    const { nearfield } = answer as { nearfield?: object };
    const space = known ?? { id, dimensions, vectors: new Map<string, Float32Array>(), answer: {} };
    space.answer = { nearfield };
    for (const [index, key] of keys.entries()) space.vectors.set(key, vectors[index]!);
    this.#spaces.set(place, space);
  }
}

type Keyed = readonly [key: string, item: MapItem];

/** What is asked for in one call each: texts first, as their answers come sooner. */
function callsOf(missing: ReadonlyMap<string, MapItem>): Keyed[][] {
  const texts = [...missing].filter(([, { picture }]) => !picture);
  const pictures = [...missing].filter(([, { picture }]) => picture);
  return [...cut(texts, CALL), ...cut(pictures, PICTURES)];
}

const cut = (all: readonly Keyed[], size: number): Keyed[][] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, at) => all.slice(at * size, (at + 1) * size));
