import { html, nothing } from 'lit';
import { type Page, pageOf, pages } from '../pages/index.ts';
import { AppElement } from './app-element.ts';
import './device-badge.ts';
import './mode-switch.ts';
import './problem-list.ts';
import './theme-toggle.ts';

/** The frame around every page. */
class NearfieldDemo extends AppElement {
  static override readonly properties = { ...AppElement.properties, page: { state: true } };
  declare private page: Page;

  override connectedCallback(): void {
    this.page = pageOf(location.hash);
    super.connectedCallback();
    window.addEventListener('hashchange', this.#navigate);
  }

  override disconnectedCallback(): void {
    window.removeEventListener('hashchange', this.#navigate);
    super.disconnectedCallback();
  }

  protected override render() {
    const { app, page } = this;
    return html`<a class="skip" href="#question" @click=${this.#skip}>Skip to the question</a>
      <header class="top">
        <h1><img src="favicon.svg" alt="" width="28" height="28" /> Nearfield</h1>
        ${
          pages.length > 1
            ? html`<nav aria-label="Pages">
              ${pages.map(
                ({ path, title }) =>
                  html`<a href="#/${path}" aria-current=${path === page.path ? 'page' : nothing}>${title}</a>`,
              )}
            </nav>`
            : nothing
        }
        <mode-switch .app=${app}></mode-switch>
        <device-badge .app=${app}></device-badge>
        <theme-toggle></theme-toggle>
      </header>
      <main>
        <problem-list .app=${app}></problem-list>
        ${page.render(app)}
      </main>
      <p class="visually-hidden" role="status">${app.state.announcement}</p>`;
  }

  #navigate = (): void => {
    this.page = pageOf(location.hash);
  };

  /** A plain link would change the address, which names the page. */
  #skip = (event: Event): void => {
    event.preventDefault();
    document.querySelector<HTMLElement>('#question')?.focus();
  };
}

customElements.define('nearfield-demo', NearfieldDemo);

declare global {
  interface HTMLElementTagNameMap {
    'nearfield-demo': NearfieldDemo;
  }
}
