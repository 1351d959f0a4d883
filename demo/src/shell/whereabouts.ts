import { words } from '../words/language.ts';
import type { Side } from './answerer.ts';
import { Notices } from './notices.ts';
import { DEFAULT_BASE_URL } from './parameters.ts';
import type { Place } from './problems.ts';
import { hostOf, sameServer } from './server-address.ts';

/** Where answers come from, by the mode and the settings of the server. */
export abstract class Whereabouts extends Notices {
  /** Where the current foundation computes, for the end of a sentence. */
  get place(): string {
    const host = hostOf(this.state.remote.baseUrl);
    if (this.side === 'remote') return words().elements.atHost(host);
    return this.asksServer ? words().elements.hereOrAt(host) : words().elements.here;
  }

  /** The side that is asked first. */
  get side(): Side {
    return this.state.mode === 'remote' ? 'remote' : 'local';
  }

  /** Whether texts may be sent to the server. Auto does so with a key only: without one, nothing leaves the browser. */
  get asksServer(): boolean {
    const { mode, remote } = this.state;
    return mode === 'remote' || (mode === 'auto' && remote.apiKey !== '');
  }

  /** Whether the server of Remote is known to refuse: it wants a key, and none was entered. It is not asked then. */
  get lacksKey(): boolean {
    const { mode, remote, wantsKey } = this.state;
    if (mode !== 'remote' || remote.apiKey !== '') return false;
    return wantsKey || sameServer(remote.baseUrl, DEFAULT_BASE_URL);
  }

  /** Where answers come from in the current mode: what to do about an error depends on it. */
  override get where(): Place {
    const { mode, remote } = this.state;
    if (!this.asksServer) return { where: 'here' };
    const isHosted = sameServer(remote.baseUrl, DEFAULT_BASE_URL);
    const host = hostOf(remote.baseUrl);
    return mode === 'auto'
      ? { where: 'either', isHosted, host }
      : { where: isHosted ? 'hosted' : 'server', host };
  }
}
