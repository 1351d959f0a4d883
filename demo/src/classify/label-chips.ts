import { html, LitElement, nothing } from 'lit';
import { whenReleased } from '../elements/released.ts';
import { labelsOf } from '../text/lines.ts';
import { words } from '../words/language.ts';

/**
 * Labels as chips. Enter or a comma adds what is typed, a pasted list adds all of it, Backspace in an empty field
 * takes the last one back. Fires `labels-change` with the new list.
 */
class LabelChips extends LitElement {
  static override readonly properties = {
    labels: { attribute: false },
    fieldId: { attribute: 'field-id' },
    gap: { attribute: false },
  };
  declare labels: readonly string[];
  declare fieldId: string;
  /** What is missing, in a sentence. */
  declare gap: string | undefined;

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override render() {
    const text = words().classify;
    return html`<div class="field">
      <label for=${this.fieldId}>${text.labels}</label>
      <div class="chips" @click=${this.#focus}>
        <ul aria-label=${text.labels}>
          ${this.labels.map(
            (label) => html`<li class="chip">
              <span dir="auto">${label}</span>
              <button type="button" class="quiet icon" aria-label=${text.removeLabel(label)} @click=${() => this.#remove(label)}>
                <span aria-hidden="true">×</span>
              </button>
            </li>`,
          )}
        </ul>
        <input
          id=${this.fieldId}
          autocomplete="off"
          dir="auto"
          placeholder=${text.addLabel}
          aria-invalid=${this.gap === undefined ? nothing : 'true'}
          aria-describedby="${this.gap === undefined ? '' : `${this.fieldId}-gap `}${this.fieldId}-hint"
          @keydown=${this.#keys}
          @input=${this.#typed}
          @paste=${this.#paste}
          @change=${() => whenReleased(this.#take)}
        />
      </div>
      ${this.gap === undefined ? nothing : html`<p id="${this.fieldId}-gap" class="gap">${this.gap}</p>`}
      <p id="${this.fieldId}-hint" class="hint">${text.labelsHint}</p>
    </div>`;
  }

  get #input(): HTMLInputElement {
    return this.querySelector('input')!;
  }

  #focus = (event: Event): void => {
    if (event.target === event.currentTarget) this.#input.focus();
  };

  #keys = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      this.#take();
    } else if (event.key === 'Backspace' && this.#input.value === '') {
      const last = this.labels.at(-1);
      if (last !== undefined) this.#change(this.labels.slice(0, -1));
    }
  };

  #typed = (): void => {
    if (/[,;]/u.test(this.#input.value)) this.#take();
  };

  #paste = (event: ClipboardEvent): void => {
    const text = event.clipboardData?.getData('text') ?? '';
    if (!/[\r\n]/u.test(text)) return;
    event.preventDefault();
    this.#add(text);
  };

  #take = (): void => {
    const { value } = this.#input;
    this.#input.value = '';
    this.#add(value);
  };

  #add(text: string): void {
    const added = labelsOf(text).filter((label) => !this.labels.includes(label));
    if (added.length > 0) this.#change([...this.labels, ...added]);
  }

  #remove(label: string): void {
    this.#change(this.labels.filter((other) => other !== label));
    this.#input.focus();
  }

  #change(labels: readonly string[]): void {
    this.dispatchEvent(new CustomEvent('labels-change', { detail: labels }));
  }
}

customElements.define('label-chips', LabelChips);
