import type { LocalFoundation } from '@nearfield/core';
import type { createRouter, Router, RouterOptions } from '@nearfield/router';
import type { SearchFoundation } from '@nearfield/spec';
import type { Preference, Side } from './answerer.ts';
import type { Connections, EngineSettings, RemoteSettings } from './connections.ts';
import { metered, type Usage } from './usage.ts';

/** What the foundations are made by; read whenever one is made. */
interface Settings {
  readonly engine: EngineSettings;
  readonly remote: RemoteSettings;
  readonly wantsKey: boolean;
  readonly preference: Preference;
}

/** An answer of the router: who gave it, and who could not. */
export type Routed = Parameters<Parameters<Router['onRoute']>[0]>[0];

/** The foundations of this browser and of the server, and the router over both: each made when it is first needed. */
export class Foundations {
  readonly #connections: Connections;
  readonly #usage: Usage;
  readonly #settings: () => Settings;
  #local: LocalFoundation | undefined;
  #remote: { settings: RemoteSettings; foundation: SearchFoundation } | undefined;
  /** Fetched when Auto is first chosen. */
  #createRouter: typeof createRouter | undefined;
  #router: Router | undefined;
  /** Models of each side by the name that stands for both in Auto. */
  readonly #pairs: Record<string, Record<Side, string>> = {};

  constructor(connections: Connections, usage: Usage, settings: () => Settings) {
    this.#connections = connections;
    this.#usage = usage;
    this.#settings = settings;
  }

  /** That of this browser, whatever the mode: models and storage are its own. */
  local(): LocalFoundation {
    this.#local ??= this.#metered('local', this.#connections.local(this.#settings().engine));
    return this.#local;
  }

  /** That of the server. */
  server(): SearchFoundation {
    const settings = this.#settings().remote;
    if (this.#remote?.settings !== settings) {
      void this.#remote?.foundation.close();
      this.#remote = {
        settings,
        foundation: this.#metered(
          'remote',
          this.#connections.remote(settings, () => this.#settings().wantsKey),
        ),
      };
    }
    return this.#remote.foundation;
  }

  /** Fetches the code of the router, if it is not there. */
  async fetchRouter(): Promise<void> {
    this.#createRouter ??= await this.#connections.router();
  }

  /** Whether {@link router} can be called. */
  get hasRouter(): boolean {
    return this.#createRouter !== undefined;
  }

  /**
   * The router over the foundations of both sides.
   * @param asksServer whether it may ask the server
   * @param onRoute called with every answer, until another router takes over
   */
  router(asksServer: boolean, onRoute: (route: Routed) => void): Router {
    if (this.#router) return this.#router;
    // Never closed: it would close the foundation of this browser, which lives on.
    const router = this.#createRouter!({
      local: this.local(),
      remote: asksServer ? () => this.server() : undefined,
      policy: this.#settings().preference,
      models: this.#pairs,
    } satisfies RouterOptions);
    router.onRoute((route) => {
      if (this.#router === router) onRoute(route);
    });
    this.#router = router;
    return router;
  }

  /** A name for the router that stands for each side's own model. */
  pair(models: Readonly<Record<Side, string>>): string {
    const name = `${models.local} / ${models.remote}`;
    this.#pairs[name] = { ...models };
    return name;
  }

  /** Has the next call make another router. */
  forgetRouter(): void {
    this.#router = undefined;
  }

  /** Has the next call make another foundation of this browser. @returns the one before */
  forgetLocal(): LocalFoundation | undefined {
    const before = this.#local;
    this.#local = undefined;
    return before;
  }

  /** The router asks the foundations of the sides, so that its answers are counted where they come from. */
  #metered<Foundation extends object>(side: Side, foundation: Foundation): Foundation {
    return metered(foundation, (method, tokens) => this.#usage.add(side, method, tokens));
  }
}
