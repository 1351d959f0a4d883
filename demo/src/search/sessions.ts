import type { SearchFoundation } from '@nearfield/spec';
import type { App } from '../shell/app.ts';
import { SearchSession } from './session.ts';

export interface SessionsOptions {
  /** The model of this browser whose session is kept. */
  readonly keptModel: string;
  /** Name under which it is kept. Undefined: it goes with the page, as the others do. */
  readonly keep: string | undefined;
  /** Called when a session has changed. @param isKept whether it is the kept one, which other tabs change, too */
  readonly onChange: (isKept: boolean) => void;
}

/** A session for each mode, server and model: switching back is immediate. */
export class SearchSessions {
  readonly #app: App;
  readonly #options: SessionsOptions;
  readonly #sessions = new Map<string, SearchSession>();

  constructor(app: App, options: SessionsOptions) {
    this.#app = app;
    this.#options = options;
  }

  /** The session of the current mode and server. */
  current(model: string): SearchSession {
    const { mode, remote } = this.#app.state;
    if (mode === 'local' && model === this.#options.keptModel) return this.kept();
    const id = JSON.stringify(mode === 'local' ? [mode, model] : [mode, model, remote.baseUrl]);
    return this.#of(id, model, this.#app.foundation());
  }

  /** The session that the browser keeps: it holds the texts, whatever the current one is. */
  kept(): SearchSession {
    const { keptModel, keep } = this.#options;
    return this.#of(JSON.stringify(['local', keptModel]), keptModel, this.#app.local(), keep);
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
