import { html, nothing } from 'lit';
import './classify-examples.ts';
import './classify-pictures.ts';
import './classify-texts.ts';
import { AppElement } from '../elements/app-element.ts';
import '../elements/remote-settings.ts';

const WAYS = [
  {
    path: '',
    title: 'By labels',
    render: (page: ClassifyPage) => html`<classify-texts .app=${page.app}></classify-texts>`,
  },
  {
    path: 'examples',
    title: 'By examples',
    render: (page: ClassifyPage) => html`<classify-examples .app=${page.app}></classify-examples>`,
  },
  {
    path: 'pictures',
    title: 'Pictures',
    render: (page: ClassifyPage) => html`<classify-pictures .app=${page.app}></classify-pictures>`,
  },
] as const;

const wayOf = (hash: string) => WAYS.find(({ path }) => hash === `#/classify/${path}`) ?? WAYS[0];

/** Classification in three ways, each with an address of its own. */
class ClassifyPage extends AppElement {
  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('hashchange', this.#navigate);
  }

  override disconnectedCallback(): void {
    window.removeEventListener('hashchange', this.#navigate);
    super.disconnectedCallback();
  }

  protected override render() {
    const way = wayOf(location.hash);
    return html`<div class="page">
      <div class="page-head">
        <h2 tabindex="-1">Classify</h2>
        <nav class="ways" aria-label="Ways to classify">
          ${WAYS.map(
            (each) =>
              html`<a href="#/classify${each.path && `/${each.path}`}" aria-current=${each === way ? 'true' : nothing}
                >${each.title}</a
              >`,
          )}
        </nav>
      </div>
      ${this.app.state.mode !== 'local' ? html`<remote-settings .app=${this.app}></remote-settings>` : nothing}
      ${way.render(this)}
    </div>`;
  }

  #navigate = (): void => this.requestUpdate();
}

customElements.define('classify-page', ClassifyPage);
