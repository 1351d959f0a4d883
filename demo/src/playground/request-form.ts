import { findModel, TOKENIZERS } from '@nearfield/spec';
import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { repeat } from 'lit/directives/repeat.js';
import { gapId, gapText } from '../elements/gap.ts';
import { fieldValue, submitOnEnter } from '../elements/page-element.ts';
import {
  downloadMegabytes,
  localModelsFor,
  megabytesText,
  remoteChoice,
  remoteModelsFor,
} from '../shell/model-choices.ts';
import { languageInUse } from '../words/in-use.ts';
import { libraryWords, words } from '../words/language.ts';
import help from './field-help.json' with { type: 'json' };
import { type Field, fieldsOf } from './fields.ts';
import type { Playing } from './playing.ts';

const HELP = help as Readonly<Record<string, Readonly<Record<string, string>>>>;

/** What the contract says of a method. */
export const summaryOf = (method: string): TemplateResult => described(HELP.SearchFoundation?.[method] ?? '');

/** The form of the operation that is shown. */
export function requestForm(page: Playing): TemplateResult {
  const { operation, request, unfolded } = page.state;
  const fields = fieldsOf(operation.schema, request);
  const open = fields.filter(({ name, isRequired }) => isRequired || unfolded.has(name));
  const folded = fields.filter((field) => !open.includes(field));
  const list = (each: readonly Field[]) =>
    repeat(
      each,
      ({ name }) => `${operation.name} ${name}`,
      (field) => fieldView(page, field),
    );
  return html`${fields.length === 0 ? html`<p class="hint">${words().playground.noFields}</p>` : list(open)}
    ${
      folded.length === 0
        ? nothing
        : html`<details class="more-fields">
            <summary>${words().playground.moreFields(folded.length)}</summary>
            <div class="field-grid">${list(folded)}</div>
          </details>`
    }`;
}

const idOf = (name: string): string => `field-${name}`;

/** Text with code in backticks. */
const marked = (text: string): (string | TemplateResult)[] =>
  text.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part));

/** Text of the contract with its code, in the language in use where that has it. */
function described(text: string): TemplateResult {
  const own = libraryWords(text);
  return html`<span lang=${own === undefined ? 'en' : languageInUse()}>${marked(own ?? text)}</span>`;
}

/** Whether a value has the simple form of its field; otherwise it is edited as JSON. */
function fits({ kind }: Field, value: unknown): boolean {
  if (value === undefined) return true;
  switch (kind) {
    case 'lines':
      return (
        typeof value === 'string' ||
        (Array.isArray(value) && value.every((each) => typeof each === 'string' && !each.includes('\n')))
      );
    case 'text':
      return typeof value === 'string' || value === null;
    case 'number':
      return typeof value === 'number' || value === null;
    case 'flag':
      return typeof value === 'boolean' || value === null;
    case 'choice':
      return !Array.isArray(value);
    case 'json':
      return false;
  }
}

function fieldView(page: Playing, field: Field): TemplateResult {
  const { name, isRequired, kind, fallback } = field;
  const value = page.state.request[name];
  const simple = kind !== 'json' && fits(field, value) && !(name in page.state.drafts);
  const text = HELP[page.state.operation.describedBy ?? '']?.[name];
  const id = idOf(name);
  const caution = name === 'model' ? modelCaution(page) : undefined;
  const isCheckbox = simple && kind === 'flag' && typeof fallback === 'boolean';
  const label = html`<label for=${id}><code>${name}</code>${isRequired ? html` <span class="required">${words().playground.required}</span>` : nothing}</label>`;
  return html`<div class="field" data-field=${name}>
    ${isCheckbox ? html`<div class="check">${editor(page, field, value, simple)}${label}</div>` : html`${label}${editor(page, field, value, simple)}`}
    ${gapText(page.gaps, name)}
    ${text === undefined && caution === undefined ? nothing : html`<p class="hint" id="${id}-help">${text === undefined ? nothing : described(text)}${caution === undefined ? nothing : html` ${caution}`}</p>`}
  </div>`;
}

/** Ids of the texts that describe a field. */
function describedBy(page: Playing, name: string): string | typeof nothing {
  const gap = gapId(page.gaps, name);
  const hasHelp =
    HELP[page.state.operation.describedBy ?? '']?.[name] !== undefined ||
    (name === 'model' && modelCaution(page) !== undefined);
  const ids = [gap === nothing ? [] : String(gap), hasHelp ? `${idOf(name)}-help` : []].flat();
  return ids.length === 0 ? nothing : ids.join(' ');
}

function editor(page: Playing, field: Field, value: unknown, simple: boolean): TemplateResult {
  const { name, kind, fallback, minimum, maximum, isWhole } = field;
  const id = idOf(name);
  const invalid = page.gaps.of(name) === undefined ? nothing : 'true';
  const described = describedBy(page, name);
  const set = (next: unknown): void => page.setField(name, next);
  if (!simple) {
    const draft = page.state.drafts[name];
    const text = draft ?? (value === undefined ? '' : JSON.stringify(value, undefined, 2));
    return html`<textarea
      id=${id}
      class="code"
      spellcheck="false"
      dir="ltr"
      rows="3"
      placeholder=${words().playground.json}
      aria-invalid=${invalid}
      aria-describedby=${described}
      .value=${live(text)}
      @keydown=${submitOnEnter}
      @change=${(event: Event) => page.setFieldJson(name, fieldValue(event))}
    ></textarea>`;
  }
  if (kind === 'flag' && typeof fallback === 'boolean') {
    return html`<input
      id=${id}
      type="checkbox"
      aria-describedby=${described}
      .checked=${live(typeof value === 'boolean' ? value : fallback)}
      @change=${(event: Event) => {
        const { checked } = event.currentTarget as HTMLInputElement;
        set(checked === fallback ? undefined : checked);
      }}
    />`;
  }
  if (kind === 'choice' || kind === 'flag') {
    const choices = field.choices ?? [true, false];
    const unset =
      fallback === undefined ? words().playground.unset : words().playground.unsetIs(String(fallback));
    return html`<select
      id=${id}
      aria-describedby=${described}
      @change=${(event: Event) => {
        const chosen = fieldValue(event);
        set(choices.find((choice) => String(choice) === chosen));
      }}
    >
      <option value="" .selected=${live(value == null)}>${unset}</option>
      ${choices.map((choice) => html`<option value=${String(choice)} .selected=${live(value === choice)}>${String(choice)}</option>`)}
    </select>`;
  }
  if (kind === 'number') {
    return html`<input
      id=${id}
      type="number"
      min=${minimum ?? nothing}
      max=${maximum ?? nothing}
      step=${isWhole ? 1 : 'any'}
      placeholder=${fallback === undefined ? nothing : String(fallback)}
      aria-invalid=${invalid}
      aria-describedby=${described}
      .value=${live(typeof value === 'number' ? String(value) : '')}
      @input=${(event: Event) => {
        const { valueAsNumber } = event.currentTarget as HTMLInputElement;
        set(Number.isNaN(valueAsNumber) ? undefined : valueAsNumber);
      }}
    />`;
  }
  const isLines = kind === 'lines';
  const suggestions = isLines ? undefined : suggestionsFor(page, name);
  if (suggestions) {
    return html`<input
        id=${id}
        list="${id}s"
        spellcheck="false"
        autocomplete="off"
        aria-invalid=${invalid}
        aria-describedby=${described}
        placeholder=${fallback === undefined ? nothing : String(fallback)}
        .value=${live(String(value ?? ''))}
        @focus=${() => page.app.learnModels()}
        @input=${(event: Event) => set(fieldValue(event) || (field.isRequired ? '' : undefined))}
      /><datalist id="${id}s">${suggestions.map((each) => html`<option value=${each}></option>`)}</datalist>`;
  }
  const shown = isLines
    ? Array.isArray(value)
      ? value.join('\n')
      : String(value ?? '')
    : String(value ?? '');
  return html`<textarea
    id=${id}
    dir="auto"
    rows=${isLines ? 3 : 1}
    aria-invalid=${invalid}
    aria-describedby=${described}
    placeholder=${isLines ? words().playground.onePerLine : nothing}
    .value=${live(shown)}
    @keydown=${submitOnEnter}
    @input=${(event: Event) => {
      const typed = fieldValue(event);
      if (typed === '') set(field.isRequired ? (isLines ? [] : '') : undefined);
      else set(isLines ? typed.split('\n') : typed);
    }}
  ></textarea>`;
}

/** Names that a field usually has; undefined for a field of free text. */
function suggestionsFor(page: Playing, name: string): readonly string[] | undefined {
  const { app, state } = page;
  const { endpoint = 'embeddings' } = state.operation;
  if (name === 'model' || (name === 'id' && state.operation.method === 'models')) {
    const models = app.state.capabilities.local?.models ?? [];
    const need = { endpoint };
    return app.side === 'remote'
      ? remoteModelsFor(need, app.state.serverModels)
      : localModelsFor(need, models);
  }
  if (name === 'tokenizer') return TOKENIZERS;
  if (name === 'task') return Object.keys(findModel(String(state.request.model))?.tasks ?? {});
  return undefined;
}

/** What to know of the model before it is asked. */
function modelCaution(page: Playing): string | undefined {
  const { app, state } = page;
  const model = state.request.model;
  if (typeof model !== 'string' || model === '') return undefined;
  if (app.side === 'remote') return remoteChoice(model, app.state.serverModels, app.place);
  const entry = findModel(model);
  if (!entry) return undefined;
  if (!entry.local.runs) {
    const { reason, instead } = entry.local;
    return words().playground.notHere(libraryWords(reason) ?? reason, instead ?? undefined);
  }
  if (app.state.stored.some((usage) => usage.model === entry.id && usage.complete)) return undefined;
  const size = megabytesText(downloadMegabytes(model, app.state.capabilities.local?.device));
  return size === '' ? undefined : words().playground.downloads(size);
}
