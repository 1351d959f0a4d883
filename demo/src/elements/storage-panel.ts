import type { StorageReport } from '@nearfield/spec';
import { html, nothing } from 'lit';
import { formatBytes } from '../shell/format.ts';
import { words } from '../words/language.ts';
import { AppElement } from './app-element.ts';
import { confirmed } from './confirmed.ts';
import { removeKeepingFocus } from './focus.ts';
import { libraryText } from './library-text.ts';
import './problem-list.ts';

const ORIGINS = ['storage'] as const;

/** What this browser keeps of the models. */
class StoragePanel extends AppElement {
  static override readonly properties = {
    ...AppElement.properties,
    level: { type: Number },
    deleteModel: { attribute: false },
  };
  /** Level of the title. Default 2. */
  declare level: 2 | 3 | undefined;
  /** Deletes one model in a way of the page's own. */
  declare deleteModel: ((model: string) => Promise<void>) | undefined;

  protected override render() {
    const { capabilities, stored } = this.app.state;
    const said = words().elements;
    const report = capabilities.local?.storage;
    return html`<section class="card" aria-labelledby="storage-title">
      ${
        this.level === 3
          ? html`<h3 id="storage-title" tabindex="-1">${said.storage}</h3>`
          : html`<h2 id="storage-title" tabindex="-1">${said.storage}</h2>`
      }
      <problem-list .app=${this.app} .origins=${ORIGINS}></problem-list>
      ${
        stored.length === 0
          ? html`<p class="hint">${said.nothingStored}</p>`
          : html`<ul class="documents">
              ${stored.map(
                ({ model, bytes, complete }) => html`<li>
                  <span class="name">${model}</span>
                  <span class="hint">${formatBytes(bytes)}${complete ? nothing : `, ${said.unfinished}`}</span>
                  <button
                    type="button"
                    class="quiet icon"
                    aria-label=${said.deleteStored(model)}
                    @click=${(event: Event) => this.#delete(event, model)}
                  >
                    <span aria-hidden="true">×</span>
                  </button>
                </li>`,
              )}
            </ul>
            <div class="row">
              ${
                report?.persisted
                  ? nothing
                  : html`<button type="button" @click=${() => this.app.keepStored()}>${said.keep}</button>`
              }
              <button type="button" @click=${this.#deleteAll}>${said.deleteAll}</button>
            </div>`
      }
      ${report ? html`<p class="hint" data-testid="storage-state">${sentencesOf(report)}</p>` : nothing}
    </section>`;
  }

  #deleteAll = async (event: Event): Promise<void> => {
    const said = words().elements;
    const bytes = this.app.state.stored.reduce((sum, usage) => sum + usage.bytes, 0);
    const isSure = await confirmed({
      title: said.deleteAllAsk,
      lost: [said.deleteAllLost(formatBytes(bytes))],
      action: said.deleteAll,
    });
    if (isSure) await this.#delete(event);
  };

  /** The focus goes to the title: the next button would delete the next model. */
  #delete(event: Event, model?: string): Promise<void> {
    const title = '#storage-title';
    return removeKeepingFocus(this, event, { selector: title, fallback: title }, () =>
      model !== undefined && this.deleteModel ? this.deleteModel(model) : this.app.deleteStored(model),
    );
  }
}

function sentencesOf({ modelBytes, quota, persisted, reason }: StorageReport) {
  const said = words().elements;
  const bytes = formatBytes(modelBytes);
  return html`${quota === undefined ? said.storedBytes(bytes) : said.storedOf(bytes, formatBytes(quota))}
    ${persisted ? said.persisted : nothing} ${reason === undefined ? nothing : libraryText(reason)}`;
}

customElements.define('storage-panel', StoragePanel);
