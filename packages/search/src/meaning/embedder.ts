/** The model that an index's passages and queries are embedded with. */
import { embed, FoundationError, findModel } from '@nearfield/spec';
import type { QueryModel } from '../answers.ts';
import type { Manifest } from '../format/manifest.ts';
import { GOLDENS } from './goldens.ts';
import { checkModel, sameModel, taskOf } from './query-model.ts';

/** Whose vectors an index holds: as in the manifest of a static one. */
export type Fingerprint = Pick<NonNullable<Manifest['meaning']>, 'model' | 'dimensions' | 'goldens'>;

/** Input of a model: a passage's text, or a picture. */
export type Input = string | { readonly image: Blob | string };

/** Numbers of a golden that are kept. */
const KEPT = 8;

export class Embedder {
  readonly model: string;
  readonly #source: QueryModel;
  #checked: Promise<void> | undefined;

  constructor(source: QueryModel) {
    this.#source = source;
    this.model = findModel(source.model)?.id ?? source.model;
  }

  /** Whether the index's vectors are of this model, by its name. */
  isNamed(model: string): boolean {
    return sameModel(model, this.model);
  }

  /** @throws FoundationError NOT_SUPPORTED for a model that is known to embed texts alone. */
  requirePictures(): void {
    const known = findModel(this.model);
    if (known === undefined || known.modalities.includes('image')) return;
    throw new FoundationError({
      code: 'NOT_SUPPORTED',
      message: `${this.model} embeds no pictures. Open the index with a model that does, such as jina-clip-v2, or leave the pictures out.`,
      param: 'image',
    });
  }

  /** One vector for each passage. */
  async passages(inputs: readonly Input[], signal?: AbortSignal): Promise<Float32Array[]> {
    const { foundation, model } = this.#source;
    const request = {
      model,
      input: [...inputs],
      truncate: true,
      embedding_type: 'float',
      ...taskOf(model, 'passage'),
    } as const;
    const { data } = await foundation.embeddings(request, { priority: 'bulk', ...signalled(signal) });
    return data.map(({ embedding }) => embedding);
  }

  async query(text: string, signal?: AbortSignal): Promise<Float32Array> {
    const { foundation, model } = this.#source;
    return embed(foundation, model, text, {
      truncate: true,
      ...taskOf(model, 'query'),
      ...signalled(signal),
    });
  }

  async fingerprint(signal?: AbortSignal): Promise<Fingerprint> {
    const vectors = await this.passages(GOLDENS, signal);
    const goldens = vectors.map((vector, index) => ({
      text: GOLDENS[index]!,
      first8: [...vector.slice(0, KEPT)],
    }));
    return { model: this.model, dimensions: vectors[0]!.length, goldens };
  }

  /**
   * Makes sure, once, that this is the model that an index's vectors are of.
   * @throws FoundationError SELF_CHECK_FAILED if it is another; what the foundation throws.
   */
  check(fingerprint: Fingerprint): Promise<void> {
    this.#checked ??= checkModel(this.#source, fingerprint);
    this.#checked.catch(() => {
      this.#checked = undefined;
    });
    return this.#checked;
  }
}

const signalled = (signal: AbortSignal | undefined) => (signal === undefined ? {} : { signal });
