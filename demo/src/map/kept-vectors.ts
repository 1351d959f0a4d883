import { type CallOptions, FoundationError, type SearchFoundation } from '@nearfield/spec';
import { symmetricTask } from './symmetric-task.ts';

/** Texts of one call: between two of them progress is kept, and a cancellation loses no more than one. */
const CALL = 128;

export interface EmbeddedTexts {
  /** In the order of the texts. */
  vectors: Float32Array[];
  /** Tokens of those that were not kept. */
  tokens: number;
  /** Texts that were embedded now. */
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

/** Vectors of texts by the place and model that made them, so that a text is embedded once, and spaces never mix. */
export class KeptVectors {
  readonly #spaces = new Map<string, Space>();

  /**
   * The vectors of texts; only those that are not kept are computed. What was embedded before an error or a cancellation
   * stays.
   * @param place that names model and server: vectors of different places are never compared
   * @throws FoundationError CONFLICT where the place has begun to answer in another space
   */
  async embed(
    place: string,
    foundation: SearchFoundation,
    model: string,
    texts: readonly string[],
    options: CallOptions,
  ): Promise<EmbeddedTexts> {
    const missing = [...new Set(texts)].filter((text) => !this.#spaces.get(place)?.vectors.has(text));
    const task = symmetricTask(model);
    let tokens = 0;
    for (let done = 0; done < missing.length; done += CALL) {
      const input = missing.slice(done, done + CALL);
      const response = await foundation.embeddings(
        { model, input, embedding_type: 'float', truncate: true, ...(task && { task }) },
        {
          ...options,
          onProgress: (event) =>
            options.onProgress?.(
              event.type === 'work-progress'
                ? { ...event, inputs: { done: done + event.inputs.done, total: missing.length } }
                : event,
            ),
        },
      );
      options.signal?.throwIfAborted();
      this.#keep(
        place,
        response,
        input,
        response.data.map(({ embedding }) => embedding),
      );
      tokens += response.usage.total_tokens;
    }
    const space = this.#spaces.get(place);
    const vectors = texts.map((text) => space!.vectors.get(text)!);
    return { vectors, tokens, fresh: missing.length, answer: space?.answer ?? {} };
  }

  /** The space of a place, where its answers name it. */
  spaceOf(place: string): string | undefined {
    return this.#spaces.get(place)?.id;
  }

  #keep(place: string, answer: object, texts: readonly string[], vectors: readonly Float32Array[]): void {
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
    for (const [index, text] of texts.entries()) space.vectors.set(text, vectors[index]!);
    this.#spaces.set(place, space);
  }
}
