import type { StorageReport } from '@nearfield/spec';
import { html, nothing } from 'lit';
import { formatBytes } from '../app/format.ts';
import { AppElement } from './app-element.ts';

/** What this browser keeps of the models. */
class StoragePanel extends AppElement {
  protected override render() {
    const { capabilities, stored } = this.app.state;
    const report = capabilities.local?.storage;
    return html`<section class="card" aria-labelledby="storage-title">
      <h2 id="storage-title">Storage</h2>
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
                    @click=${() => this.app.deleteStored(model)}
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
              <button type="button" @click=${() => this.app.deleteStored()}>Delete all</button>
            </div>`
      }
      ${report ? html`<p class="hint" data-testid="storage-state">${sentencesOf(report)}</p>` : nothing}
    </section>`;
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
