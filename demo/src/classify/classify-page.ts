import { html, nothing } from 'lit';
import './classify-pictures.ts';
import './classify-taught.ts';
import './classify-texts.ts';
import { AppElement } from '../elements/app-element.ts';
import '../elements/remote-settings.ts';
import { words } from '../words/language.ts';

const WAYS = [
  {
    path: '',
    title: 'byLabels',
    render: (page: ClassifyPage) => html`<classify-texts .app=${page.app}></classify-texts>`,
  },
  {
    path: 'pictures',
    title: 'pictures',
    render: (page: ClassifyPage) => html`<classify-pictures .app=${page.app}></classify-pictures>`,
  },
  {
    path: 'taught',
    title: 'taught',
    render: (page: ClassifyPage) => html`<classify-taught .app=${page.app}></classify-taught>`,
  },
] as const;

const wayOf = (hash: string) => WAYS.find(({ path }) => hash === `#/classify/${path}`) ?? WAYS[0];

/** Classification by labels in words, of texts and of pictures, or with a trained classifier, each with an address of its own. */
class ClassifyPage extends AppElement {
  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('hashchange', this.#navigate);
    this.#navigate();
  }

  override disconnectedCallback(): void {
    window.removeEventListener('hashchange', this.#navigate);
    super.disconnectedCallback();
  }

  protected override render() {
    const way = wayOf(location.hash);
    return html`<div class="page">
      <div class="page-head">
        <h2 tabindex="-1">${words().pages.classify}</h2>
        <nav class="ways" aria-label=${words().classify.ways}>
          ${WAYS.map(
            (each) =>
              html`<a href="#/classify${each.path && `/${each.path}`}" aria-current=${each === way ? 'true' : nothing}
                >${words().classify[each.title]}</a
              >`,
          )}
          <a href="#/teach">${words().classify.byExamples}</a>
        </nav>
      </div>
      ${this.app.state.mode !== 'local' ? html`<remote-settings .app=${this.app}></remote-settings>` : nothing}
      ${way.render(this)}
    </div>`;
  }

  #navigate = (): void => {
    // Where examples were trained before Teach did it.
    if (location.hash === '#/classify/examples') location.replace('#/teach');
    this.requestUpdate();
  };
}

customElements.define('classify-page', ClassifyPage);
