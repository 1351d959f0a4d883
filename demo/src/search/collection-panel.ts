import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { removeKeepingFocus } from '../elements/focus.ts';
import { formatCount } from '../shell/format.ts';
import { saveFile } from '../shell/save-file.ts';
import { SearchElement } from './search-element.ts';
import '../elements/problem-list.ts';
import { words } from '../words/language.ts';

const ORIGINS = ['files'] as const;
const EXTENSION = '.nearfield-index';

/** The documents, and how many of their passages can be searched. */
class CollectionPanel extends SearchElement {
  protected override render() {
    const { documents, total, indexed, indexing, lastRun } = this.page.state;
    const texts = words().search.collection;
    return html`<section class="card" aria-labelledby="collection-title">
      <h2 id="collection-title">${texts.title}</h2>
      <problem-list .app=${this.app} .origins=${ORIGINS}></problem-list>
      ${
        documents.length === 0
          ? html`<p class="hint">${texts.none}</p>`
          : html`<ul class="documents">
            ${repeat(
              documents,
              ({ id }) => id,
              (document) => html`<li>
                <span class="name" dir="auto">${document.name}</span>
                <span class="hint">${words().counts.passages(document.passages.length)}</span>
                <button
                  type="button"
                  class="quiet icon"
                  aria-label=${texts.remove(document.name)}
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
              ${texts.save}
            </button>`
            : nothing
        }
        <button type="button" @click=${() => this.querySelector<HTMLInputElement>('input[data-import]')?.click()}>
          ${texts.load}
        </button>
      </div>
      <input type="file" hidden data-import aria-label=${texts.file} accept=${EXTENSION} @change=${this.#import} />
      ${
        total > 0
          ? html`<p class="hint" data-testid="index-state">
            ${
              indexed < total
                ? texts.someIndexed(formatCount(indexed), total)
                : total === 1
                  ? texts.onlyIndexed
                  : texts.allIndexed(formatCount(total))
            }
            ${
              lastRun && lastRun.tokens > 0 && !indexing
                ? html`<span data-timing="indexing"
                  >${texts.speed(words().counts.tokens(Math.round((lastRun.tokens / lastRun.elapsed) * 1000)))}</span
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
    if (file) saveFile(`${words().search.collection.fileName}${EXTENSION}`, file);
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
