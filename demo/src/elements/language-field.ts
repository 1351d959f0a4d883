import { html, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { App } from '../shell/app.ts';
import { LANGUAGES, languageName, words } from '../words/language.ts';
import { fieldValue } from './page-element.ts';

/** Chooses the language among their own names. @param id of the field; unique in the page */
export function languageField(app: App, id: string): TemplateResult {
  return html`<div class="field">
    <label for=${id}>${words().frame.language}</label>
    <select
      id=${id}
      .value=${live(app.state.language)}
      @change=${(event: Event) => void app.setLanguage(fieldValue(event))}
    >
      ${LANGUAGES.map(
        (code) =>
          html`<option value=${code} lang=${code} ?selected=${code === app.state.language}>${languageName(code)}</option>`,
      )}
    </select>
  </div>`;
}
