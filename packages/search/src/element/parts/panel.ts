import { html, nothing, type TemplateResult } from 'lit';
import { facets } from './facets.ts';
import { searchIcon } from './icons.ts';
import { idle } from './idle.ts';
import { notices, trouble } from './notices.ts';
import { results } from './results.ts';
import { isEmpty, nothingFound, status } from './status.ts';
import { activeId, type View } from './view.ts';

/** All that is in the dialog, or inline in the page. */
export function panel(view: View): TemplateResult {
  const { t, state, rows, hidden, label, actions } = view;
  const hasQuery = state.query !== '';
  return html`<div class="panel" part="panel" role="search" ?data-busy=${state.isBusy || state.isRefining}>
    ${bar(view)} ${hasQuery && state.error === undefined && !hidden.has('facets') ? facets(view) : nothing}
    <div class="scroll" part="scroll">
      ${status(view)} ${trouble(view)}
      <div
        role="grid"
        id="popup"
        part="results"
        aria-label=${label}
        aria-busy=${state.isBusy}
        ?hidden=${rows.length === 0}
      >
        ${hasQuery ? results(view) : idle(view)}
      </div>
      ${
        rows.some(({ kind }) => kind === 'recent')
          ? html`<button class="plain" part="remove-all" type="button" @click=${() => actions.forget()}>
              ${t.text('removeAll')}
            </button>`
          : nothing
      }
      ${hasQuery ? nothing : start(view)}
      ${isEmpty(state) ? nothingFound(view) : nothing}
      ${notices(view)}
    </div>
    <div class="unseen" role="status" aria-live="polite">${view.announcement}</div>
    ${hidden.has('keys') || (view.isInline && !hasQuery) ? nothing : keys(view)}
    <slot name="footer"></slot>
  </div>`;
}

/** The field with its buttons. */
function bar(view: View): TemplateResult {
  const { t, actions } = view;
  return html`<div class="bar" part="bar">
    ${searchIcon}
    <input
      class="field"
      part="field"
      type="search"
      role="combobox"
      aria-label=${view.label}
      aria-autocomplete="list"
      aria-haspopup="grid"
      aria-controls="popup"
      aria-expanded=${view.rows.length > 0}
      aria-activedescendant=${activeId(view) ?? nothing}
      placeholder=${view.placeholder}
      autocomplete="off"
      autocapitalize="none"
      spellcheck="false"
      enterkeyhint="search"
      .value=${view.query}
      @focus=${() => actions.engage()}
      @input=${(event: InputEvent) => actions.typed(event)}
      @keydown=${(event: KeyboardEvent) => actions.pressed(event)}
    />
    ${
      view.query === ''
        ? nothing
        : html`<button class="plain" part="clear" type="button" @click=${() => actions.clear()}>
            ${t.text('clear')}
          </button>`
    }
    ${
      view.isInline
        ? nothing
        : html`<button class="plain" part="close" type="button" @click=${() => actions.close()}>
            ${t.text('close')}
          </button>`
    }
    <span class="busy" part="busy"></span>
  </div>`;
}

/** Content before anything is typed, unless the page has its own. */
const start = ({ rows, t }: View): TemplateResult =>
  html`<slot name="start">${rows.length === 0 ? html`<p class="empty">${t.text('idle')}</p>` : nothing}</slot>`;

/** Explanations of keys. The key without ⌘ or Ctrl can be turned off, which users of speech input need (WCAG 2.1.4). */
function keys({ t, isInline, slash, actions }: View): TemplateResult {
  return html`<div class="footer" part="footer">
    <span class="keys"><kbd>↑</kbd> <kbd>↓</kbd> ${t.text('keyMove')}</span>
    <span class="keys"><kbd>↵</kbd> ${t.text('keyOpen')}</span>
    ${isInline ? nothing : html`<span class="keys"><kbd>esc</kbd> ${t.text('keyClose')}</span>`}
    ${
      slash === undefined
        ? nothing
        : html`<label class="keys">
            <input
              type="checkbox"
              .checked=${slash.isOn}
              @change=${({ target }: Event) => actions.switchSlash((target as HTMLInputElement).checked)}
            />
            ${t.text('slash', { key: slash.label })}
          </label>`
    }
  </div>`;
}
