import type { Router } from '@nearfield/router';
import type { SearchFoundation } from '@nearfield/spec';
import type { App } from '../shell/app.ts';
import { oneSpace } from './one-space.ts';
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
export class SearchSessions {
  readonly #app: App;
  readonly #options: SessionsOptions;
  readonly #sessions = new Map<string, SearchSession>();
  #routed: { router: Router; foundation: SearchFoundation } | undefined;

  constructor(app: App, options: SessionsOptions) {
    this.#app = app;
    this.#options = options;
  }

  /** The session of the current side and server. */
  current(model: string): SearchSession {
    const { side, state } = this.#app;
    if (side === 'local' && model === this.#options.keptModel) return this.kept();
    const id = JSON.stringify(side === 'local' ? [side, model] : [side, model, state.remote.baseUrl]);
    return this.#of(id, model, side === 'local' ? this.#here() : this.#app.foundation());
  }

  /** The foundation for indexes of this browser. */
  #here(): SearchFoundation {
    if (this.#app.state.mode !== 'auto') return this.#app.local();
    const router = this.#app.router();
    const routed = this.#routed?.router === router ? this.#routed : { router, foundation: oneSpace(router) };
    this.#routed = routed;
    return routed.foundation;
  }

  /** The session that the browser keeps: it holds the texts, whatever the current one is. */
  kept(): SearchSession {
    const { keptModel, keep } = this.#options;
    return this.#of(JSON.stringify(['local', keptModel]), keptModel, this.#here(), keep);
  }

  /** Those that new texts are given to at once; the others get them when they are current again. */
  written(model: string): ReadonlySet<SearchSession> {
    const current = this.current(model);
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
