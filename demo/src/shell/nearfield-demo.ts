import { html, LitElement, nothing } from 'lit';
import { words } from '../words/language.ts';
import { keepFoldedFocus } from './folded-focus.ts';
import { PAGES, type Page, pageOf, prefetchPages } from './pages.ts';
import { describeProblem } from './problems.ts';
import { ScrollMemory } from './scroll-memory.ts';
import '../app/app-status.ts';
import './announcements.ts';
import { AppElement } from '../elements/app-element.ts';
import { languageField } from '../elements/language-field.ts';
import './device-badge.ts';
import './mode-switch.ts';
import '../elements/problem-list.ts';
import './theme-toggle.ts';

/** Problems that belong to no page. */
const GLOBAL = ['page', 'device'] as const;

/** That a page is shown, in a sentence. */
const titleSaid = ({ path }: Page): string => words().frame.pageShown(words().pages[path]);

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
  readonly #scroll = new ScrollMemory();
  #stopFolds: (() => void) | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('hashchange', this.#navigate);
    window.addEventListener('online', this.#retry);
    this.#scroll.start();
    this.#stopFolds = keepFoldedFocus(this);
    void this.#show(pageOf(location.hash)).then(() => {
      this.#scroll.restore();
      prefetchPages();
    });
  }

  override disconnectedCallback(): void {
    window.removeEventListener('hashchange', this.#navigate);
    window.removeEventListener('online', this.#retry);
    this.#scroll.stop();
    this.#stopFolds?.();
    super.disconnectedCallback();
  }

  protected override render() {
    const { app, page, wanted } = this;
    const said = words();
    return html`<header class="top">
        <a class="skip" href="#content" @click=${this.#skip}>${said.frame[wanted.start.label]}</a>
        <h1><img src="favicon.svg" alt="" width="28" height="28" /> <span>Nearfield</span></h1>
        <div class="top-tools">
          <mode-switch .app=${app}></mode-switch>
          <device-badge .app=${app}></device-badge>
          <theme-toggle></theme-toggle>
        </div>
        <nav aria-label=${said.frame.pages}>
          ${PAGES.map(
            (each) =>
              html`<a
                href="#/${each.path}"
                data-group=${each.group ?? 'work'}
                data-text=${said.pages[each.path]}
                aria-current=${each === wanted ? 'page' : nothing}
                @click=${() => each === this.wanted && this.#retry()}
                >${said.pages[each.path]}</a
              >`,
          )}
        </nav>
      </header>
      <main id="content" aria-busy=${page === wanted || this.#failed ? 'false' : 'true'}>
        <problem-list .app=${app} .origins=${GLOBAL} level="2"></problem-list>
        ${page?.render(app)}
      </main>
      <footer class="foot"><app-kept .app=${app}></app-kept>${languageField(app, 'language')}</footer>
      <app-status .app=${app}></app-status>
      <demo-announcements .app=${app}></demo-announcements>`;
  }

  protected override updated(): void {
    const { language } = this.app.state;
    const { wanted } = this;
    const said = words();
    document.title = wanted === PAGES[0] ? said.frame.title : `${said.pages[wanted.path]} · Nearfield`;
    if (language !== this.#language) this.#renderAnew(language);
    if (wanted !== this.#linked) this.#showLink(wanted);
  }

  /** The language of what was rendered last. */
  #language = '';

  /** Renders every element in another language, also those that know neither the app nor a page's state. */
  #renderAnew(language: string): void {
    this.#language = language;
    for (const element of this.querySelectorAll('*'))
      if (element instanceof LitElement) element.requestUpdate();
  }

  /** The page whose link was brought in sight last. */
  #linked: Page | undefined;

  /** On narrow screens the links scroll sideways. */
  #showLink(page: Page): void {
    this.#linked = page;
    const links = this.querySelector('nav');
    const link = links?.querySelector<HTMLElement>('[aria-current]');
    if (!links || !link) return;
    const beside = (links.clientWidth - link.offsetWidth) / 2;
    links.scrollTo({ left: link.offsetLeft - links.offsetLeft - beside, behavior: 'instant' });
  }

  #navigate = (): void => {
    const page = pageOf(location.hash);
    const moved = this.#scroll.arrive();
    if (page === this.wanted) {
      if (moved === 'back') this.#scroll.restore();
      this.#retry();
      return;
    }
    void this.#show(page).then(() => {
      if (this.page !== page) return;
      this.app.announceQuietly(titleSaid(page));
      this.#scroll.restore();
    });
  };

  /** Tries again to show the page of the address, if it is not shown for want of its code. */
  #retry = (): void => {
    if (!this.#failed || this.page === this.wanted) return;
    const page = this.wanted;
    void this.#show(page).then(() => this.page === page && this.app.announceQuietly(titleSaid(page)));
  };

  /** Whether the code of the wanted page did not arrive. */
  #failed = false;

  /** Shows a page once its code is there; until then the one before stays. */
  async #show(page: Page): Promise<void> {
    this.wanted = page;
    this.app.forget('page');
    this.#failed = false;
    try {
      await page.load?.();
    } catch (error) {
      if (this.wanted !== page) return;
      this.#failed = true;
      // Another page under this one's title would be a lie.
      this.page = undefined;
      this.app.show({ ...describeProblem(error, 'page'), retry: this.#retry });
      return;
    }
    if (this.wanted === page) {
      this.page = page;
      await this.updateComplete;
    }
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
