import { html, nothing } from 'lit';
import { AppElement } from '../elements/app-element.ts';
import { words } from '../words/language.ts';
import type { Installation } from './installation.ts';
import type { Version } from './registration.ts';
import { installation, updateText, version } from './start.ts';

/** What concerns the app as a whole: a new version, and the offer to install it. */
class AppStatus extends AppElement {
  readonly version: Version = version;
  readonly installation: Installation = installation;
  #stop: (() => void)[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    const render = (): void => this.requestUpdate();
    this.#stop = [this.version.subscribe(render), this.installation.subscribe(render)];
  }

  override disconnectedCallback(): void {
    for (const stop of this.#stop) stop();
    super.disconnectedCallback();
  }

  protected override render() {
    return html`${this.#install()} ${this.#update()}`;
  }

  #update() {
    const { update } = this.version.state;
    const texts = words().app;
    if (update === 'none') return nothing;
    const isReady = update === 'ready';
    return html`<section class="app-notice" aria-label=${texts.version} data-update=${update}>
      <p>${updateText(update)}</p>
      <div class="row">
        <button type="button" class="primary" @click=${() => this.version.useNow()}>
          ${isReady ? texts.useNow : texts.reload}
        </button>
        <button type="button" @click=${() => this.version.later()}>${texts.later}</button>
      </div>
    </section>`;
  }

  #install() {
    const { offer } = this.installation.state;
    const texts = words().app;
    if (offer === 'none') return nothing;
    return html`<aside class="app-install" aria-label=${texts.installation}>
      <p class="hint">${offer === 'button' ? texts.installWhy : texts.installByHand}</p>
      <div class="row">
        ${
          offer === 'button'
            ? html`<button type="button" @click=${() => void this.installation.install()}>${texts.install}</button>`
            : nothing
        }
        <button type="button" class="quiet" @click=${() => this.installation.dismiss()}>${texts.noInstall}</button>
      </div>
    </aside>`;
  }
}

/** That the app works without a network, for the foot of the page: its place is kept, so that nothing moves. */
class AppKept extends AppElement {
  readonly version: Version = version;
  #stop: (() => void) | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stop = this.version.subscribe(() => this.requestUpdate());
  }

  override disconnectedCallback(): void {
    this.#stop?.();
    super.disconnectedCallback();
  }

  protected override render() {
    const { kept } = this.version.state;
    if (kept === 'not-yet') return nothing;
    const { worksOffline, worksOfflineAlready } = words().app;
    return html`<p class="hint" data-kept=${kept}>${kept === 'now' ? worksOffline : worksOfflineAlready}</p>`;
  }
}

customElements.define('app-status', AppStatus);
customElements.define('app-kept', AppKept);
