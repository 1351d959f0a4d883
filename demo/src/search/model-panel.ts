import { type DeviceReport, findModel } from '@nearfield/spec';
import { html, nothing } from 'lit';
import { formatBytes, formatCount, formatDuration } from '../shell/format.ts';
import { downloadMegabytes, localChoices, megabytesText } from '../shell/model-choices.ts';
import { words } from '../words/language.ts';
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
    const texts = words().search.model;
    const known = capabilities[side];
    const loaded = known?.loaded?.find(({ id }) => id === model);
    const choices = side === 'local' ? localChoices(known?.models ?? []) : [];
    const licence = findModel(model)?.licence;
    return html`<section class="card" aria-labelledby="model-title">
      <h2 id="model-title">${texts.title}</h2>
      ${
        choices.length > 1
          ? html`<div class="field">
            <label class="visually-hidden" for="local-model">${texts.title}</label>
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
            <dt>${texts.vectors}</dt>
            <dd>${texts.dimensions(formatCount(loaded.dimensions))}</dd>
            <dt>${texts.context}</dt>
            <dd>${words().counts.tokens(loaded.maxTokens)}</dd>
            <dt>${texts.precision}</dt>
            <dd>${loaded.dtype}, ${formatBytes(loaded.bytes)}</dd>
            ${
              licence
                ? html`<dt>${texts.licence}</dt>
                  <dd>${licence}</dd>`
                : nothing
            }
            ${
              loadTook !== undefined
                ? html`<dt>${texts.loadedIn}</dt>
                  <dd data-timing="load">${formatDuration(loadTook)}</dd>`
                : nothing
            }
          </dl>`
          : html`<p class="hint">
            ${side === 'local' ? texts.notLoaded : texts.atServer}
          </p>`
      }
      ${mode === 'auto' ? html`<p class="hint">${texts.auto}</p>` : nothing}
    </section>`;
  }
}

customElements.define('model-panel', ModelPanel);
