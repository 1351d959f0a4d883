import type { App } from '../../shell/app.ts';
import type { Models, Sessions } from '../live-search-parts.ts';
import { foundationHere } from '../one-space.ts';
import { PictureSession } from './picture-session.ts';

export interface PictureSessionsOptions {
  /** Name under which the browser keeps pictures, and vectors of its model. Undefined: they go with the page. */
  readonly keep: string | undefined;
  /** @param isKept whether it is the kept session, which other tabs change, too */
  readonly onChange: (isKept: boolean) => void;
}

/**
 * A session of this browser, which is kept, with the model that was chosen last; and one for each server and model.
 */
export class PictureSessions implements Sessions<PictureSession> {
  readonly #app: App;
  readonly #options: PictureSessionsOptions;
  readonly #remote = new Map<string, PictureSession>();
  #kept: PictureSession | undefined;

  constructor(app: App, options: PictureSessionsOptions) {
    this.#app = app;
    this.#options = options;
  }

  /** The session of the current side and server. */
  current(models: Models): PictureSession {
    const { side, state } = this.#app;
    if (side === 'local') return this.kept(models);
    const id = JSON.stringify([models.remote, state.remote.baseUrl]);
    let session = this.#remote.get(id);
    if (!session) {
      const onChange = (): void => this.#options.onChange(false);
      session = new PictureSession(this.#app.foundation(), models.remote, { onChange });
      this.#remote.set(id, session);
    }
    session.foundation = this.#app.foundation();
    return session;
  }

  /** The session that holds the pictures, whatever the current one is. */
  kept({ local }: Models): PictureSession {
    const foundation = foundationHere(this.#app);
    if (this.#kept?.model !== local) {
      const before = this.#kept;
      const session: PictureSession = new PictureSession(foundation, local, {
        name: this.#options.keep,
        onChange: () => {
          if (this.#kept === session) this.#options.onChange(this.#options.keep !== undefined);
        },
      });
      this.#kept = session;
      // The index is opened anew: vectors of one model are no vectors of another.
      void before?.close();
    }
    this.#kept.foundation = foundation;
    return this.#kept;
  }

  written(models: Models): ReadonlySet<PictureSession> {
    return new Set([this.current(models), this.kept(models)]);
  }
}
