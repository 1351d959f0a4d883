import { html, nothing } from 'lit';
import { words } from '../words/language.ts';
import { SearchElement } from './search-element.ts';

/** A text to paste. */
class PasteDialog extends SearchElement {
  static override readonly properties = { ...SearchElement.properties, empty: { state: true } };
  /** Whether nothing was there to be added. */
  declare private empty: boolean;

  open(): void {
    this.empty = false;
    this.querySelector('dialog')?.showModal();
    // Not by autofocus, which the browser heeds, and complains of, when the page is opened.
    this.querySelector('textarea')?.focus();
  }

  protected override render() {
    const texts = words().search.pasting;
    return html`<dialog class="paste" aria-labelledby="paste-title" @click=${this.#closeOnBackdrop}>
      <form method="dialog" @submit=${this.#submit}>
        <h2 id="paste-title">${texts.title}</h2>
        <div class="field">
          <label for="paste-name">${texts.name}</label>
          <input id="paste-name" name="name" value=${texts.defaultName} autocomplete="off" dir="auto" />
        </div>
        <div class="field">
          <label for="paste-text">${texts.text}</label>
          <textarea
            id="paste-text"
            name="text"
            rows="10"
            dir="auto"
            aria-invalid=${this.empty ? 'true' : nothing}
            aria-describedby=${this.empty ? 'paste-gap paste-hint' : 'paste-hint'}
            @input=${() => {
              this.empty = false;
            }}
          ></textarea>
          ${this.empty ? html`<p id="paste-gap" class="gap">${texts.empty}</p>` : nothing}
          <p id="paste-hint" class="hint">${texts.hint}</p>
        </div>
        <div class="row end">
          <button type="button" class="quiet" @click=${() => this.querySelector('dialog')?.close()}>${words().common.cancel}</button>
          <button type="submit" class="primary">${texts.add}</button>
        </div>
      </form>
    </dialog>`;
  }

  #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const values = new FormData(form);
    if (String(values.get('text')).trim() === '') {
      this.empty = true;
      this.querySelector('textarea')?.focus();
      return;
    }
    this.querySelector('dialog')?.close();
    form.reset();
    const name = String(values.get('name')).trim() || words().search.pasting.defaultName;
    void this.page.addText(name, String(values.get('text')));
  };

  #closeOnBackdrop = (event: MouseEvent): void => {
    // The dialog itself is hit only outside its form.
    if (event.target === event.currentTarget) (event.currentTarget as HTMLDialogElement).close();
  };
}

customElements.define('paste-dialog', PasteDialog);

declare global {
  interface HTMLElementTagNameMap {
    'paste-dialog': PasteDialog;
  }
}
