import type { LocalFoundation, ModelFilesApi } from '@nearfield/core';
import {
  type CallOptions,
  type CallProgress,
  type EmbeddingsRequest,
  FoundationError,
  type SearchFoundation,
} from '@nearfield/spec';
import { methodsReport, notSupported } from '@nearfield/spec/implement';

/** Words a text may have in this foundation. */
export const MAX_WORDS = 200;
const DIMENSIONS = 64;

/** One call that the foundation received. */
export interface Call {
  inputs: string[];
  task: string | undefined;
  options: CallOptions;
}

/**
 * A foundation for tests of what is around a foundation: vectors count the letters of a text, so that texts with
 * the same letters are near each other. Calls wait while it is paused, and heed their signals as the contract says.
 */
export class LetterFoundation {
  readonly calls: Call[] = [];
  /** Events that each call reports first. */
  events: CallProgress[] = [];
  /** Rejects every call while set. */
  failure: Error | undefined;
  #waits: (inputs: readonly string[]) => boolean = () => true;
  #gate: Promise<void> = Promise.resolve();
  #open: () => void = () => undefined;

  /** Lets calls wait from now on, or those only whose inputs match. */
  pause(matches: (inputs: readonly string[]) => boolean = () => true): void {
    this.#waits = matches;
    this.#gate = new Promise((resolve) => {
      this.#open = resolve;
    });
  }

  resume(): void {
    this.#open();
  }

  /** The foundation in the form that code under test takes. */
  get foundation(): SearchFoundation {
    const embeddings = (request: EmbeddingsRequest, options: CallOptions = {}) =>
      this.#embed(request, options);
    const target = {
      embeddings,
      capabilities: async () => ({
        implementation: 'local',
        methods: methodsReport(['embeddings']),
        models: ['letters'],
      }),
      close: async () => undefined,
    };
    return new Proxy(target, {
      // Resolved by a promise, it is no promise itself.
      get: (object, name) =>
        name === 'then'
          ? undefined
          : (Reflect.get(object, name) ??
            (async () => {
              throw notSupported(String(name), 'these tests do not need it.', '');
            })),
    }) as unknown as SearchFoundation;
  }

  async #embed(request: EmbeddingsRequest, options: CallOptions) {
    const given = [request.input].flat() as (string | { image: Blob })[];
    const areTexts = given.every((each): each is string => typeof each === 'string');
    const inputs = areTexts ? given : await Promise.all(given.map(lettersOf));
    this.calls.push({ inputs, task: request.task ?? undefined, options });
    for (const event of this.events) options.onProgress?.(event);
    const gate = this.#waits(inputs) ? this.#gate : Promise.resolve();
    await new Promise<void>((resolve, reject) => {
      const stop = (): void => reject(options.signal?.reason);
      if (options.signal?.aborted) stop();
      options.signal?.addEventListener('abort', stop);
      void gate.then(resolve);
    });
    if (this.failure) throw this.failure;
    if (inputs.length === 0) {
      throw new FoundationError({ code: 'INPUT_VALIDATION_FAILED', message: 'Input list cannot be empty.' });
    }
    const words = inputs.map((input) => input.split(' ').length);
    if (words.some((count) => count > MAX_WORDS)) {
      throw new FoundationError({
        code: 'INPUT_TOKEN_LIMIT_EXCEEDED',
        message: `More than ${MAX_WORDS} words.`,
      });
    }
    const tokens = words.reduce((sum, count) => sum + count, 0);
    options.onProgress?.({
      type: 'work-progress',
      inputs: { done: inputs.length, total: inputs.length },
      tokens: { done: tokens, total: tokens },
    });
    return {
      model: request.model,
      object: 'list',
      usage: { total_tokens: tokens, prompt_tokens: tokens },
      data: inputs.map((input, index) => ({ object: 'embedding', index, embedding: letterVector(input) })),
    };
  }
}

/** A picture shows the letters that its bytes are. */
const lettersOf = async (input: string | { image: Blob }): Promise<string> =>
  typeof input === 'string' ? input : input.image.text();

/** Counts of a text's letters, scaled to length 1. */
export function letterVector(text: string): Float32Array {
  const vector = new Float32Array(DIMENSIONS);
  for (const letter of text.toLowerCase().replace(/\P{L}/gu, ''))
    vector[letter.codePointAt(0)! % DIMENSIONS]! += 1;
  const length = Math.hypot(...vector) || 1;
  return vector.map((value) => value / length);
}

/** What a test has of a local foundation beside the contract. */
interface LocalPart extends Partial<Pick<LocalFoundation, 'load' | 'unload'>> {
  storage?: Partial<ModelFilesApi>;
}

/** A foundation as one of this browser, which keeps no files and loads no models but as a test says. */
export function localFoundation(
  foundation: SearchFoundation,
  { storage, ...methods }: LocalPart = {},
): LocalFoundation {
  const own: Record<PropertyKey, unknown> = {
    load: async () => {
      throw new Error('These tests load no model.');
    },
    unload: async () => undefined,
    storage: {
      usage: async () => [],
      delete: async () => undefined,
      persist: async () => true,
      export: async () => [],
      import: async () => [],
      ...storage,
    },
    ...methods,
  };
  return new Proxy(foundation, {
    get: (target, name) => own[name] ?? Reflect.get(target, name),
    has: (target, name) => name in own || name in target,
  }) as LocalFoundation;
}
