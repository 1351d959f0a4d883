import { html } from 'lit';
import { AppElement } from './app-element.ts';

/** A text to paste. */
class PasteDialog extends AppElement {
  open(): void {
    this.querySelector('dialog')?.showModal();
  }

  protected override render() {
    return html`<dialog class="paste" aria-labelledby="paste-title" @click=${this.#closeOnBackdrop}>
      <form method="dialog" @submit=${this.#submit}>
        <h2 id="paste-title">Paste text</h2>
        <div class="field">
          <label for="paste-name">Name</label>
          <input id="paste-name" name="name" value="Pasted text" autocomplete="off" />
        </div>
        <div class="field">
          <label for="paste-text">Text</label>
          <textarea id="paste-text" name="text" rows="10" autofocus aria-describedby="paste-hint"></textarea>
          <p id="paste-hint" class="hint">
            An empty line starts a new passage; long paragraphs are cut between sentences. Markdown headings are read.
          </p>
        </div>
        <div class="row end">
          <button type="button" class="quiet" @click=${() => this.querySelector('dialog')?.close()}>Cancel</button>
          <button type="submit" class="primary">Add text</button>
        </div>
      </form>
    </dialog>`;
  }

  #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const values = new FormData(form);
    this.querySelector('dialog')?.close();
    form.reset();
    void this.app.addText(String(values.get('name')).trim() || 'Pasted text', String(values.get('text')));
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
