import { findModel } from '@nearfield/spec';
import { html, nothing, type TemplateResult } from 'lit';
import type { App, Side } from '../shell/app.ts';
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
import { hostOf } from '../shell/server-address.ts';
import { words } from '../words/language.ts';
import { libraryText } from './library-text.ts';
import { fieldValue } from './page-element.ts';
import { whenReleased } from './released.ts';

export interface ModelFieldOptions {
  app: App;
  /** Id of the field; unique in the page. */
  id: string;
  label?: string;
  need: ModelNeed;
  models: Readonly<Record<Side, string>>;
  choose: (model: string, side: Side) => void;
}

/** Chooses among the models of the current mode that suit; in Auto, one for each side that may be asked. */
export function modelField(options: ModelFieldOptions): TemplateResult {
  const { app, id, label = words().elements.model } = options;
  if (app.side === 'remote') return serverField({ ...options, label });
  const here = localField({ ...options, label });
  if (!app.asksServer) return here;
  const host = hostOf(app.state.remote.baseUrl);
  return html`${here}${serverField({ ...options, id: `${id}-at-server`, label: words().elements.fieldAt(label, host) })}`;
}

/** A server may have models that nothing lists, so any name can be typed. */
function serverField({ app, id, label, need, models: { remote: model }, choose }: ModelFieldOptions) {
  const { serverModels, remote } = app.state;
  const caution = remoteChoice(model, serverModels, words().elements.atHost(hostOf(remote.baseUrl)));
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
          whenReleased(() => choose(name, 'remote'));
        }}
      />
      <datalist id="${id}s">
        ${remoteModelsFor(need, serverModels).map((choice) => html`<option value=${choice}></option>`)}
      </datalist>
      ${caution ? html`<p id="${id}-caution" class="hint">${caution}</p>` : nothing}
    </div>`;
}

function localField({ app, id, label, need, models: { local: model }, choose }: ModelFieldOptions) {
  const { capabilities, stored } = app.state;
  const { device, models = [model] } = capabilities.local ?? {};
  const choices = localModelsFor(need, models);
  const option = (choice: string) => {
    const kept = stored.some((usage) => usage.model === choice && usage.complete);
    const facts = kept ? words().elements.storedHere : megabytesText(downloadMegabytes(choice, device));
    return html`<option value=${choice} ?selected=${choice === model}>${choice}${facts ? ` (${facts})` : ''}</option>`;
  };
  const beside = choices.filter((choice) => SERVED_MODELS.includes(choice));
  const hub = choices.filter((choice) => !SERVED_MODELS.includes(choice));
  const caution = cautionOf(model, need);
  return html`<div class="field">
    <label for=${id}>${label}</label>
    <select id=${id} aria-describedby=${caution ? `${id}-caution` : nothing} @change=${(event: Event) => choose(fieldValue(event), 'local')}>
      ${beside.length > 0 ? html`<optgroup label=${words().elements.fromThisSite}>${beside.map(option)}</optgroup>` : nothing}
      ${hub.length > 0 ? html`<optgroup label=${words().elements.from('huggingface.co')}>${hub.map(option)}</optgroup>` : nothing}
    </select>
    ${caution ? html`<p id="${id}-caution" class="hint">${libraryText(caution)}</p>` : nothing}
  </div>`;
}

/** What to know of a model before it is used. The embedder's is about ranking with it. */
function cautionOf(model: string, { endpoint }: ModelNeed): string | undefined {
  if (model === EMBEDDED_MODEL && endpoint !== 'rerank') return undefined;
  const { local } = findModel(model) ?? {};
  return local?.runs ? local.caution : undefined;
}
