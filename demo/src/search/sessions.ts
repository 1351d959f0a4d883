import type { SearchFoundation } from '@nearfield/spec';
import type { App } from '../shell/app.ts';
import type { Models, Sessions } from './live-search-parts.ts';
import { foundationHere } from './one-space.ts';
import { SearchSession } from './session.ts';

export interface SessionsOptions {
  /** The model of this browser whose session is kept. */
  readonly keptModel: string;
  /** Name under which it is kept. Undefined: it goes with the page, as the others do. */
  readonly keep: string | undefined;
  /** Called when a session has changed. @param isKept whether it is the kept one, which other tabs change, too */
  readonly onChange: (isKept: boolean) => void;
}

/** A session for each side, server and model: switching back is immediate. Auto has those of this browser. */
export class SearchSessions implements Sessions<SearchSession> {
  readonly #app: App;
  readonly #options: SessionsOptions;
  readonly #sessions = new Map<string, SearchSession>();

  constructor(app: App, options: SessionsOptions) {
    this.#app = app;
    this.#options = options;
  }

  /** The session of the current side and server. */
  current(models: Models): SearchSession {
    const { side, state } = this.#app;
    const model = models[side];
    if (side === 'local' && model === this.#options.keptModel) return this.kept();
    const id = JSON.stringify(side === 'local' ? [side, model] : [side, model, state.remote.baseUrl]);
    return this.#of(id, model, side === 'local' ? foundationHere(this.#app) : this.#app.foundation());
  }

  /** The session that the browser keeps: it holds the texts, whatever the current one is. */
  kept(): SearchSession {
    const { keptModel, keep } = this.#options;
    return this.#of(JSON.stringify(['local', keptModel]), keptModel, foundationHere(this.#app), keep);
  }

  /** Those that new texts are given to at once; the others get them when they are current again. */
  written(models: Models): ReadonlySet<SearchSession> {
    const current = this.current(models);
    return new Set(this.#options.keep === undefined ? [current] : [current, this.kept()]);
  }

  #of(id: string, model: string, foundation: SearchFoundation, name?: string): SearchSession {
    let session = this.#sessions.get(id);
    if (!session) {
      const onChange = (): void => this.#options.onChange(name !== undefined);
      session = new SearchSession(foundation, model, { name, onChange });
      this.#sessions.set(id, session);
    }
    session.foundation = foundation;
    return session;
  }
}
