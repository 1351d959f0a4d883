import type { Router } from '@nearfield/router';
import type { CallOptions, SearchFoundation } from '@nearfield/spec';
import { oneSpace } from '../search/one-space.ts';
import type { App } from '../shell/app.ts';
import type { MapItem } from './item.ts';
import { type EmbeddedItems, KeptVectors } from './kept-vectors.ts';

/** Embeds items by whoever is chosen, each of them once. */
export class MapEmbedder {
  readonly #app: App;
  readonly #kept = new KeptVectors();
  #routed: { router: Router; foundation: SearchFoundation } | undefined;

  constructor(app: App) {
    this.#app = app;
  }

  embed(model: string, items: readonly MapItem[], options: CallOptions): Promise<EmbeddedItems> {
    return this.#kept.embed(this.#placeOf(model), this.#foundation(), model, items, options);
  }

  /** The space of a model's vectors, where its answers name it. */
  spaceOf(model: string): string | undefined {
    return this.#kept.spaceOf(this.#placeOf(model));
  }

  /** Where vectors come from: those of different places never meet. */
  #placeOf(model: string): string {
    const { mode, remote } = this.#app.state;
    return JSON.stringify([mode, model, mode === 'remote' ? remote.baseUrl : '']);
  }

  #foundation(): SearchFoundation {
    if (this.#app.state.mode !== 'auto') return this.#app.foundation();
    const router = this.#app.router();
    if (this.#routed?.router !== router) this.#routed = { router, foundation: oneSpace(router) };
    return this.#routed.foundation;
  }
}
