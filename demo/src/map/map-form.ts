import { html, nothing } from 'lit';
import { placed } from '../elements/dropped-files.ts';
import { gapText } from '../elements/gap.ts';
import { modelField } from '../elements/model-field.ts';
import { fieldValue, submitOnEnter, takeFiles } from '../elements/page-element.ts';
import { type ModelNeed, SEARCH_NEED } from '../shell/model-choices.ts';
import { words } from '../words/language.ts';
import type { Mapping } from './mapping.ts';

/** Pictures and texts as vectors of one space. */
const PICTURE_NEED: ModelNeed = { endpoint: 'embeddings', modality: 'image' };

/** Opens the dialog of a hidden field: browsers write on their own buttons in their own language. */
const choose = (field: 'map-files' | 'map-folder') => (event: Event) =>
  (event.currentTarget as HTMLElement).closest('form')!.querySelector<HTMLInputElement>(`#${field}`)!.click();

/** What goes on the map, and by which model. */
export function mapForm(page: Mapping, submit: (event: SubmitEvent) => void) {
  const { app } = page;
  const { gaps, state } = page;
  const t = words().map;
  const take = (event: Event) => page.mapFiles(placed(takeFiles(event)));
  return html`<details class="card map-form" ?open=${!state.map}>
    <summary>${t.textsAndModel}</summary>
    <form aria-label=${t.texts} @submit=${submit}>
      <p class="hint">${t.about}</p>
      ${
        state.map
          ? html`<label class="map-add">
            <input
              type="checkbox"
              .checked=${state.adding}
              @change=${(event: Event) => page.update({ adding: (event.currentTarget as HTMLInputElement).checked })}
            />
            ${t.add}
          </label>`
          : nothing
      }
      <div class="row">
        <button type="button" class=${state.typed.trim() === '' ? 'primary' : ''} @click=${() => page.mapSample()}>${t.mapSample}</button>
        <button type="button" @click=${() => page.mapSample('pictures')}>${t.mapSamplePictures}</button>
        ${
          page.searchable > 0
            ? html`<button type="button" @click=${() => page.mapSearch()}>${t.mapSearch(page.searchable)}</button>`
            : nothing
        }
      </div>
      <div class="field">
        <label for="map-texts">${t.texts}</label>
        <textarea
          id="map-texts"
          rows="6"
          dir="auto"
          aria-invalid=${gaps.of('map-texts') ? 'true' : nothing}
          aria-describedby=${gaps.of('map-texts') ? 'map-texts-gap' : 'map-texts-hint'}
          .value=${state.typed}
          @input=${(event: Event) => {
            gaps.clear('map-texts');
            page.update({ typed: fieldValue(event) });
          }}
          @keydown=${submitOnEnter}
        ></textarea>
        <p id="map-texts-hint" class="hint">${t.textsHint}</p>
        ${gapText(gaps, 'map-texts')}
      </div>
      <div class="row map-files" role="group" aria-label=${t.files} aria-describedby="map-files-hint">
        <button type="button" @click=${choose('map-files')}>${t.chooseFiles}</button>
        <button type="button" @click=${choose('map-folder')}>${t.folder}</button>
        <span id="map-files-hint" class="hint">${t.filesHint}</span>
        <input
          id="map-files"
          type="file"
          hidden
          multiple
          accept=".csv,.tsv,.txt,.md,.markdown,.html,.htm,.pdf,.svg,text/*,image/*"
          aria-label=${t.files}
          @change=${take}
        />
        <input id="map-folder" type="file" hidden multiple webkitdirectory aria-label=${t.folder} @change=${take} />
      </div>
      <div class="options">
        ${modelField({
          app,
          id: 'map-model',
          label: t.model,
          need: SEARCH_NEED,
          models: state.models,
          choose: (model, side) => page.setModel(model, side),
        })}
        ${modelField({
          app,
          id: 'map-picture-model',
          label: t.pictureModel,
          need: PICTURE_NEED,
          models: state.pictureModels,
          choose: (model, side) => page.setPictureModel(model, side),
        })}
      </div>
      <div class="row">
        <button type="submit" class=${state.typed.trim() === '' ? '' : 'primary'}>${t.mapTexts}</button>
      </div>
    </form>
  </details>`;
}
