import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { removeKeepingFocus } from '../elements/focus.ts';
import { formatCount, formatPlural } from '../shell/format.ts';
import { saveFile } from '../shell/save-file.ts';
import { SearchElement } from './search-element.ts';
import '../elements/problem-list.ts';

const ORIGINS = ['files'] as const;
const EXTENSION = '.nearfield-index';

/** The documents, and how many of their passages can be searched. */
class CollectionPanel extends SearchElement {
  protected override render() {
    const { documents, total, indexed, indexing, lastRun } = this.page.state;
    return html`<section class="card" aria-labelledby="collection-title">
      <h2 id="collection-title">Texts</h2>
      <problem-list .app=${this.app} .origins=${ORIGINS}></problem-list>
      ${
        documents.length === 0
          ? html`<p class="hint">None yet. Drop .txt, .md or .html files anywhere on this page.</p>`
          : html`<ul class="documents">
            ${repeat(
              documents,
              ({ id }) => id,
              (document) => html`<li>
                <span class="name" dir="auto">${document.name}</span>
                <span class="hint">${formatPlural(document.passages.length, 'passage')}</span>
                <button
                  type="button"
                  class="quiet icon"
                  aria-label="Remove ${document.name}"
                  @click=${(event: Event) => this.#remove(event, document.id)}
                >
                  <span aria-hidden="true">×</span>
                </button>
              </li>`,
            )}
          </ul>`
      }
      ${documents.length > 0 ? html`<text-sources .app=${this.app}></text-sources>` : nothing}
      <div class="row">
        ${
          documents.length > 0
            ? html`<button type="button" ?disabled=${indexing !== undefined} @click=${this.#export}>
              Save as a file
            </button>`
            : nothing
        }
        <button type="button" @click=${() => this.querySelector<HTMLInputElement>('input[data-import]')?.click()}>
          Load from a file…
        </button>
      </div>
      <input type="file" hidden data-import aria-label="Exported index" accept=${EXTENSION} @change=${this.#import} />
      ${
        total > 0
          ? html`<p class="hint" data-testid="index-state">
            ${
              indexed < total
                ? `${formatCount(indexed)} of ${formatPlural(total, 'passage is', 'passages are')} indexed.`
                : total === 1
                  ? 'The only passage is indexed.'
                  : `All ${formatCount(total)} passages are indexed.`
            }
            ${
              lastRun && lastRun.tokens > 0 && !indexing
                ? html`<span data-timing="indexing"
                  >${formatPlural(Math.round((lastRun.tokens / lastRun.elapsed) * 1000), 'token')} a second.</span
                >`
                : nothing
            }
          </p>`
          : nothing
      }
    </section>`;
  }

  #export = async (): Promise<void> => {
    const file = await this.page.export();
    if (file) saveFile(`texts${EXTENSION}`, file);
  };

  #import = (event: Event): void => {
    const input = event.currentTarget as HTMLInputElement;
    const [file] = input.files ?? [];
    // The same file may be chosen again.
    input.value = '';
    if (file) void this.page.import(file);
  };

  #remove(event: Event, id: string): Promise<void> {
    return removeKeepingFocus(
      this,
      event,
      { selector: '.documents button', fallback: 'text-sources button' },
      () => this.page.removeDocument(id),
    );
  }
}

customElements.define('collection-panel', CollectionPanel);
