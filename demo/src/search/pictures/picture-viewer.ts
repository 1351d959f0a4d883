import { html, nothing } from 'lit';
import { formatCount } from '../../shell/format.ts';
import { words } from '../../words/language.ts';
import { SearchElement } from '../search-element.ts';

/** A found picture in large. Arrow keys go to its neighbours, Escape closes it. */
class PictureViewer extends SearchElement {
  static override readonly properties = { ...SearchElement.properties, place: { state: true } };
  /** Which of the answers is shown; undefined while it is closed. */
  declare private place: number | undefined;

  open(place: number): void {
    this.place = place;
    void this.updateComplete.then(() => this.querySelector('dialog')?.showModal());
  }

  protected override render() {
    const { answers = [] } = this.pictures.state;
    const shown = this.place === undefined ? undefined : answers[this.place]?.picture;
    const texts = words().search.pictures;
    return html`<dialog
      class="picture-viewer"
      aria-label=${shown?.name ?? nothing}
      @click=${this.#closeOnBackdrop}
      @keydown=${this.#keys}
      @close=${() => {
        this.place = undefined;
      }}
    >
      ${
        shown && this.place !== undefined
          ? html`<figure>
            <img src=${this.pictures.url(shown)} alt=${shown.name} width=${shown.width} height=${shown.height} />
            <figcaption>
              <strong dir="auto">${shown.name}</strong>
              <span class="hint">
                ${texts.size(formatCount(shown.width), formatCount(shown.height))} ·
                ${texts.place(this.place + 1, answers.length)}
              </span>
              <span class="row">
                <button type="button" class="icon" aria-label=${texts.previous} ?disabled=${this.place === 0} @click=${() => this.#move(-1)}>
                  <span aria-hidden="true">‹</span>
                </button>
                <button type="button" class="icon" aria-label=${texts.next} ?disabled=${this.place === answers.length - 1} @click=${() => this.#move(1)}>
                  <span aria-hidden="true">›</span>
                </button>
                <button type="button" autofocus @click=${() => this.querySelector('dialog')?.close()}>${texts.close}</button>
              </span>
            </figcaption>
          </figure>`
          : nothing
      }
    </dialog>`;
  }

  #move(by: number): void {
    const { answers = [] } = this.pictures.state;
    if (this.place === undefined) return;
    this.place = Math.min(Math.max(this.place + by, 0), answers.length - 1);
  }

  #keys = (event: KeyboardEvent): void => {
    const forward = getComputedStyle(this).direction === 'rtl' ? 'ArrowLeft' : 'ArrowRight';
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
    event.preventDefault();
    this.#move(event.key === forward ? 1 : -1);
  };

  #closeOnBackdrop = (event: MouseEvent): void => {
    // The dialog itself is hit only outside the figure.
    if (event.target === event.currentTarget) (event.currentTarget as HTMLDialogElement).close();
  };
}

customElements.define('picture-viewer', PictureViewer);

declare global {
  interface HTMLElementTagNameMap {
    'picture-viewer': PictureViewer;
  }
}
