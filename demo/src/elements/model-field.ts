import { findModel } from '@nearfield/spec';
import { html, nothing, type TemplateResult } from 'lit';
import type { App } from '../shell/app.ts';
import {
  downloadMegabytes,
  EMBEDDED_MODEL,
  localModelsFor,
  type ModelNeed,
  megabytesText,
  remoteChoice,
  remoteModelsFor,
  SERVED_MODELS,
} from '../shell/model-choices.ts';
import { fieldValue } from './page-element.ts';
import { whenReleased } from './released.ts';

export interface ModelFieldOptions {
  app: App;
  /** Id of the field; unique in the page. */
  id: string;
  label?: string;
  need: ModelNeed;
  model: string;
  choose: (model: string) => void;
}

/** Chooses among the models of the current mode that suit; a server may have others, so there any name can be typed. */
export function modelField({
  app,
  id,
  label = 'Model',
  need,
  model,
  choose,
}: ModelFieldOptions): TemplateResult {
  const change = (event: Event): void => choose(fieldValue(event));
  if (app.state.mode === 'remote') {
    const { serverModels } = app.state;
    const caution = remoteChoice(model, serverModels, app.place);
    return html`<div class="field">
      <label for=${id}>${label}</label>
      <input
        id=${id}
        list="${id}s"
        spellcheck="false"
        autocomplete="off"
        aria-describedby=${caution ? `${id}-caution` : nothing}
        .value=${model}
        @focus=${() => app.learnModels()}
        @change=${(event: Event) => {
          const name = fieldValue(event);
          whenReleased(() => choose(name));
        }}
      />
      <datalist id="${id}s">
        ${remoteModelsFor(need, serverModels).map((choice) => html`<option value=${choice}></option>`)}
      </datalist>
      ${caution ? html`<p id="${id}-caution" class="hint">${caution}</p>` : nothing}
    </div>`;
  }
  const { capabilities, stored } = app.state;
  const { device, models = [model] } = capabilities.local ?? {};
  const choices = localModelsFor(need, models);
  const option = (choice: string) => {
    const kept = stored.some((usage) => usage.model === choice && usage.complete);
    const facts = kept ? 'stored here' : megabytesText(downloadMegabytes(choice, device));
    return html`<option value=${choice} ?selected=${choice === model}>${choice}${facts ? ` (${facts})` : ''}</option>`;
  };
  const beside = choices.filter((choice) => SERVED_MODELS.includes(choice));
  const hub = choices.filter((choice) => !SERVED_MODELS.includes(choice));
  const caution = cautionOf(model, need);
  return html`<div class="field">
    <label for=${id}>${label}</label>
    <select id=${id} aria-describedby=${caution ? `${id}-caution` : nothing} @change=${change}>
      ${beside.length > 0 ? html`<optgroup label="From this site">${beside.map(option)}</optgroup>` : nothing}
      ${hub.length > 0 ? html`<optgroup label="From huggingface.co">${hub.map(option)}</optgroup>` : nothing}
    </select>
    ${caution ? html`<p id="${id}-caution" class="hint">${caution}</p>` : nothing}
  </div>`;
}

/** What to know of a model before it is used. The embedder's is about ranking with it. */
function cautionOf(model: string, { endpoint }: ModelNeed): string | undefined {
  if (model === EMBEDDED_MODEL && endpoint !== 'rerank') return undefined;
  const { local } = findModel(model) ?? {};
  return local?.runs ? local.caution : undefined;
}
