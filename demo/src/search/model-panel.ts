import { type DeviceReport, findModel } from '@nearfield/spec';
import { html, nothing } from 'lit';
import { fieldValue } from '../elements/page-element.ts';
import { formatBytes, formatCount, formatDuration } from '../shell/format.ts';
import { downloadMegabytes, localChoices, localModelsFor, megabytesText } from '../shell/model-choices.ts';
import { words } from '../words/language.ts';
import { PICTURE_NEED } from './pictures/kept-model.ts';
import { SearchElement } from './search-element.ts';

/** The model of the current mode and what is known of it. */
class ModelPanel extends SearchElement {
  #choice(model: string, device: DeviceReport | undefined, chosen: string) {
    const size = megabytesText(downloadMegabytes(model, device));
    return html`<option value=${model} ?selected=${model === chosen}>${model}${size ? ` (${size})` : ''}</option>`;
  }

  /** Another model knows pictures. It is chosen here once there are some. */
  #picturesModel() {
    const { app, pictures } = this;
    if (app.side !== 'local' || pictures.state.documents.length === 0) return nothing;
    const { model } = pictures;
    const { device, models = [model] } = app.state.capabilities.local ?? {};
    const choices = localModelsFor(PICTURE_NEED, models);
    return html`<div class="field">
      <label for="picture-model">${words().search.pictures.model}</label>
      <select
        id="picture-model"
        @change=${(event: Event) => pictures.setModel(fieldValue(event), 'local')}
      >
        ${choices.map((choice) => this.#choice(choice, device, model))}
      </select>
      ${pictures.knowsIconsOnly ? html`<p class="hint">${words().search.pictures.iconsOnly}</p>` : nothing}
    </div>`;
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
              ${choices.map((choice) => this.#choice(choice, known?.device, model))}
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
      ${this.#picturesModel()}
      ${mode === 'auto' ? html`<p class="hint">${texts.auto}</p>` : nothing}
    </section>`;
  }
}

customElements.define('model-panel', ModelPanel);
