import { html, nothing } from 'lit';
import { formatCount, formatPlural } from '../app/format.ts';
import { AppElement } from './app-element.ts';

/** The documents, and how many of their passages can be searched. */
class CollectionPanel extends AppElement {
  protected override render() {
    const { documents, total, indexed, indexing, lastRun } = this.app.state;
    return html`<section class="card" aria-labelledby="collection-title">
      <h2 id="collection-title">Texts</h2>
      ${
        documents.length === 0
          ? html`<p class="hint">None yet. Drop .txt or .md files anywhere on this page.</p>`
          : html`<ul class="documents">
            ${documents.map(
              (document) => html`<li>
                <span class="name">${document.name}</span>
                <span class="hint">${formatPlural(document.passages.length, 'passage')}</span>
                <button
                  type="button"
                  class="quiet icon"
                  aria-label="Remove ${document.name}"
                  @click=${() => this.app.removeDocument(document.id)}
                >
                  <span aria-hidden="true">×</span>
                </button>
              </li>`,
            )}
          </ul>`
      }
      ${documents.length > 0 ? html`<text-sources .app=${this.app}></text-sources>` : nothing}
      ${
        total > 0
          ? html`<p class="hint" data-testid="index-state">
            ${
              indexed === total
                ? `All ${formatCount(total)} passages are indexed.`
                : `${formatCount(indexed)} of ${formatCount(total)} passages are indexed.`
            }
            ${
              lastRun && lastRun.tokens > 0 && !indexing
                ? html`<span data-timing="indexing"
                  >${formatCount((lastRun.tokens / lastRun.elapsed) * 1000)} tokens a second.</span
                >`
                : nothing
            }
          </p>`
          : nothing
      }
    </section>`;
  }
}

customElements.define('collection-panel', CollectionPanel);
