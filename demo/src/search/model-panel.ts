import { type DeviceReport, findModel } from '@nearfield/spec';
import { html, nothing } from 'lit';
import { formatBytes, formatCount, formatDuration } from '../shell/format.ts';
import { downloadMegabytes, localChoices, megabytesText } from '../shell/model-choices.ts';
import { SearchElement } from './search-element.ts';

/** The model of the current mode and what is known of it. */
class ModelPanel extends SearchElement {
  #choice(model: string, device: DeviceReport | undefined) {
    const size = megabytesText(downloadMegabytes(model, device));
    return html`<option value=${model} ?selected=${model === this.page.model}>${model}${size ? ` (${size})` : ''}</option>`;
  }

  protected override render() {
    const { mode, capabilities } = this.app.state;
    const { model } = this.page;
    const { loadTook } = this.page.state;
    const { side } = this.app;
    const known = capabilities[side];
    const loaded = known?.loaded?.find(({ id }) => id === model);
    const choices = side === 'local' ? localChoices(known?.models ?? []) : [];
    const licence = findModel(model)?.licence;
    return html`<section class="card" aria-labelledby="model-title">
      <h2 id="model-title">Model</h2>
      ${
        choices.length > 1
          ? html`<div class="field">
            <label class="visually-hidden" for="local-model">Model</label>
            <select
              id="local-model"
              @change=${(event: Event) => this.page.setModel((event.currentTarget as HTMLSelectElement).value)}
            >
              ${choices.map((choice) => this.#choice(choice, known?.device))}
            </select>
          </div>`
          : html`<p class="model-id">${model}</p>`
      }
      ${
        loaded
          ? html`<dl class="facts">
            <dt>Vectors</dt>
            <dd>${formatCount(loaded.dimensions)} dimensions</dd>
            <dt>Context</dt>
            <dd>${formatCount(loaded.maxTokens)} tokens</dd>
            <dt>Precision</dt>
            <dd>${loaded.dtype}, ${formatBytes(loaded.bytes)}</dd>
            ${
              licence
                ? html`<dt>Licence</dt>
                  <dd>${licence}</dd>`
                : nothing
            }
            ${
              loadTook !== undefined
                ? html`<dt>Loaded in</dt>
                  <dd data-timing="load">${formatDuration(loadTook)}</dd>`
                : nothing
            }
          </dl>`
          : html`<p class="hint">
            ${side === 'local' ? 'Loaded when the first text is indexed.' : 'Runs at the server; nothing is downloaded.'}
          </p>`
      }
      ${
        mode === 'auto'
          ? html`<p class="hint">
            Auto keeps to the index of this browser. A server answers for it only with vectors of the same space; they
            are never mixed with others.
          </p>`
          : nothing
      }
    </section>`;
  }
}

customElements.define('model-panel', ModelPanel);
