import type { StorageReport } from '@nearfield/spec';
import { html, nothing } from 'lit';
import { formatBytes } from '../shell/format.ts';
import { AppElement } from './app-element.ts';
import { removeKeepingFocus } from './focus.ts';
import './problem-list.ts';

const ORIGINS = ['storage'] as const;

/** What this browser keeps of the models. */
class StoragePanel extends AppElement {
  protected override render() {
    const { capabilities, stored } = this.app.state;
    const report = capabilities.local?.storage;
    return html`<section class="card" aria-labelledby="storage-title">
      <h2 id="storage-title" tabindex="-1">Storage</h2>
      <problem-list .app=${this.app} .origins=${ORIGINS}></problem-list>
      ${
        stored.length === 0
          ? html`<p class="hint">No model is kept in this browser.</p>`
          : html`<ul class="documents">
              ${stored.map(
                ({ model, bytes, complete }) => html`<li>
                  <span class="name">${model}</span>
                  <span class="hint">${formatBytes(bytes)}${complete ? nothing : ', unfinished'}</span>
                  <button
                    type="button"
                    class="quiet icon"
                    aria-label="Delete ${model} from this browser"
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
                  : html`<button type="button" @click=${() => this.app.keepStored()}>Keep on this device</button>`
              }
              <button type="button" @click=${(event: Event) => this.#delete(event)}>Delete all</button>
            </div>`
      }
      ${report ? html`<p class="hint" data-testid="storage-state">${sentencesOf(report)}</p>` : nothing}
    </section>`;
  }

  /** The focus goes to the title: the next button would delete the next model. */
  #delete(event: Event, model?: string): Promise<void> {
    return removeKeepingFocus(this, event, { selector: 'h2', fallback: 'h2' }, () =>
      this.app.deleteStored(model),
    );
  }
}

function sentencesOf({ modelBytes, quota, persisted, reason }: StorageReport): string {
  const allowed = quota === undefined ? '' : `, ${formatBytes(quota)} allowed by the browser`;
  return [
    `${formatBytes(modelBytes)} of models${allowed}.`,
    persisted ? 'The browser keeps them until you delete them.' : '',
    reason ?? '',
  ]
    .filter((sentence) => sentence !== '')
    .join(' ');
}

customElements.define('storage-panel', StoragePanel);
