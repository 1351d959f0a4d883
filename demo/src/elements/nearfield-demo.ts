import { html, nothing } from 'lit';
import { type Page, pageOf, pages } from '../pages/index.ts';
import { AppElement } from './app-element.ts';
import './device-badge.ts';
import './mode-switch.ts';
import './problem-list.ts';
import './theme-toggle.ts';

const TITLE = document.title;

/** The frame around every page. */
class NearfieldDemo extends AppElement {
  static override readonly properties = {
    ...AppElement.properties,
    page: { state: true },
    wanted: { state: true },
  };
  /** The page that is shown. Undefined while the first one's code is on its way. */
  declare private page: Page | undefined;
  /** The page of the address. */
  declare private wanted: Page;

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('hashchange', this.#navigate);
    void this.#show(pageOf(location.hash));
  }

  override disconnectedCallback(): void {
    window.removeEventListener('hashchange', this.#navigate);
    super.disconnectedCallback();
  }

  protected override render() {
    const { app, page, wanted } = this;
    return html`<a class="skip" href="#content" @click=${this.#skip}>${wanted.start.label}</a>
      <header class="top">
        <h1><img src="favicon.svg" alt="" width="28" height="28" /> Nearfield</h1>
        <nav aria-label="Pages">
          ${pages.map(
            (each) =>
              html`<a href="#/${each.path}" aria-current=${each === wanted ? 'page' : nothing}>${each.title}</a>`,
          )}
        </nav>
        <mode-switch .app=${app}></mode-switch>
        <device-badge .app=${app}></device-badge>
        <theme-toggle></theme-toggle>
      </header>
      <main aria-busy=${page === wanted ? 'false' : 'true'}>
        <problem-list .app=${app}></problem-list>
        ${page?.render(app)}
      </main>
      <p class="visually-hidden" role="status">${app.state.announcement}</p>`;
  }

  #navigate = (): void => {
    const page = pageOf(location.hash);
    if (page === this.wanted) return;
    void this.#show(page).then(() => this.app.announce(`${page.title} page.`));
  };

  /** Shows a page once its code is there; until then the one before stays. */
  async #show(page: Page): Promise<void> {
    this.wanted = page;
    document.title = page === pages[0] ? TITLE : `${page.title} · Nearfield`;
    this.app.forget('page');
    try {
      await page.load?.();
    } catch (error) {
      if (this.wanted === page) this.app.report(error, 'page');
      return;
    }
    if (this.wanted === page) this.page = page;
  }

  /** A plain link would change the address, which names the page. */
  #skip = (event: Event): void => {
    event.preventDefault();
    document.querySelector<HTMLElement>(this.wanted.start.selector)?.focus();
  };
}

customElements.define('nearfield-demo', NearfieldDemo);

declare global {
  interface HTMLElementTagNameMap {
    'nearfield-demo': NearfieldDemo;
  }
}
