import { html } from 'lit';
import { words } from '../words/language.ts';
import { SearchElement } from './search-element.ts';

/** The question. `/` comes here from anywhere, Escape clears it, Arrow Down goes to the answers. */
class SearchField extends SearchElement {
  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener('keydown', this.#slash);
  }

  override disconnectedCallback(): void {
    document.removeEventListener('keydown', this.#slash);
    super.disconnectedCallback();
  }

  protected override render() {
    const { question, searching } = this.page.state;
    const text = words().search.question;
    return html`<search class="search-field">
      <label for="question">${text.label}</label>
      <div class="search-box" data-busy=${searching ? 'yes' : 'no'}>
        <svg viewBox="0 0 20 20" aria-hidden="true">
          <circle cx="8.5" cy="8.5" r="5.5" />
          <path d="m13 13 4.5 4.5" />
        </svg>
        <input
          id="question"
          type="text"
          dir="auto"
          role="searchbox"
          enterkeyhint="search"
          autocomplete="off"
          autocapitalize="off"
          aria-keyshortcuts="/"
          aria-controls="answers"
          placeholder=${text.placeholder}
          .value=${question}
          @input=${(event: InputEvent) => this.page.setQuestion((event.currentTarget as HTMLInputElement).value)}
          @keydown=${this.#keys}
        />
        ${
          question === ''
            ? html`<kbd aria-hidden="true" title=${text.shortcut}>/</kbd>`
            : html`<button type="button" class="quiet icon" aria-label=${text.clear} @click=${this.#clear}>
              <span aria-hidden="true">×</span>
            </button>`
        }
      </div>
    </search>`;
  }

  #keys = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') this.#clear();
    else if (event.key === 'ArrowDown') {
      const first = document.querySelector<HTMLElement>('#answers [data-answer]');
      if (!first) return;
      event.preventDefault();
      first.focus();
    }
  };

  #clear = (): void => {
    this.page.setQuestion('');
    this.#input?.focus();
  };

  #slash = (event: KeyboardEvent): void => {
    if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const target = event.target as HTMLElement;
    if (target.closest('input:not([type="radio"]), textarea, select, dialog, [contenteditable]')) return;
    event.preventDefault();
    this.#input?.focus();
    this.#input?.select();
  };

  get #input(): HTMLInputElement | null {
    return this.querySelector('input');
  }
}

customElements.define('search-field', SearchField);
