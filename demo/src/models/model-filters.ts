import { html } from 'lit';
import { fieldValue } from '../elements/page-element.ts';
import { words } from '../words/language.ts';
import type { Catalogue, KindFilter, UseFilter } from './catalogue.ts';
import type { SortBy } from './choosing.ts';

/** Which models are shown, in which order. */
export function modelFilters(page: Catalogue) {
  const t = words().models;
  const { kind, use, sort, onlyHere, words: typed } = page.state;
  return html`<div class="filters">
    <div class="field">
      <label for="model-words">${t.filterWords}</label>
      <input
        id="model-words"
        type="search"
        .value=${typed}
        @input=${(event: Event) => page.update({ words: fieldValue(event) })}
      />
    </div>
    ${choice('model-kind', t.kind, t.kinds, kind, (value) => page.update({ kind: value as KindFilter }))}
    ${choice('model-use', t.use, t.uses, use, (value) => page.update({ use: value as UseFilter }))}
    ${choice('model-sort', t.sort, t.sorts, sort, (value) => page.update({ sort: value as SortBy }))}
    <label class="check">
      <input
        type="checkbox"
        .checked=${onlyHere}
        @change=${(event: Event) => page.update({ onlyHere: (event.currentTarget as HTMLInputElement).checked })}
      />
      ${t.onlyHere}
    </label>
  </div>`;
}

/** A field that chooses one of a few values. */
function choice(
  id: string,
  label: string,
  options: Readonly<Record<string, string>>,
  chosen: string,
  choose: (value: string) => void,
) {
  return html`<div class="field">
    <label for=${id}>${label}</label>
    <select id=${id} @change=${(event: Event) => choose(fieldValue(event))}>
      ${Object.entries(options).map(
        ([value, text]) => html`<option value=${value} ?selected=${value === chosen}>${text}</option>`,
      )}
    </select>
  </div>`;
}
