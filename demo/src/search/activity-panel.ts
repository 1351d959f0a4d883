import { html, nothing } from 'lit';
import { modelProgress } from '../elements/model-progress.ts';
import { formatCount } from '../shell/format.ts';
import { words } from '../words/language.ts';
import { slots } from '../words/slots.ts';
import type { ReadingProgress } from './reading.ts';
import { SearchElement } from './search-element.ts';

/** Files that are read, a model on its way, indexing, or what is left to index: of the texts, or of the pictures. */
class ActivityPanel extends SearchElement {
  static override readonly properties = { ...SearchElement.properties, of: { type: String } };
  declare of: 'texts' | 'pictures';

  constructor() {
    super();
    this.of = 'texts';
  }

  get #search() {
    return this.of === 'texts' ? this.page : this.pictures;
  }

  /** A number of passages or pictures, with its noun. */
  #counted(count: number): string {
    return this.of === 'texts' ? words().counts.passages(count) : words().search.pictures.count(count);
  }

  protected override render() {
    const { reading, indexing, justIndexed, indexed, total, documents } = this.#search.state;
    const { loading } = this.#search.call.state;
    const underWay = loading && loading.took === undefined;
    const isBusy = indexing !== undefined || underWay;
    if (reading) return this.#reading(reading);
    if (!isBusy && justIndexed && total > 0 && indexed === total) return this.#done(total);
    if (!isBusy) return indexed < total || (documents.length > 0 && total === 0) ? this.#waiting() : nothing;
    return html`<section class="card activity" aria-label=${words().common.progress} tabindex="-1">
      ${underWay ? modelProgress(loading) : this.#indexing()}
      <button type="button" data-action="cancel" @click=${() => this.#search.cancelIndexing()}>${words().common.cancel}</button>
    </section>`;
  }

  #reading({ done, total }: ReadingProgress) {
    const texts = words().search.reading;
    return html`<section class="card activity" aria-label=${words().common.progress} tabindex="-1">
      <div class="progress" data-state="reading">
        <p class="progress-line"><strong>${texts.progress(formatCount(done), words().counts.files(total))}</strong></p>
        <progress max=${Math.max(1, total)} .value=${done} aria-label=${texts.label}></progress>
      </div>
      <button type="button" data-action="cancel-reading" @click=${() => this.#search.cancelReading()}>${words().common.cancel}</button>
    </section>`;
  }

  /** As high as what it takes the place of. */
  #done(total: number) {
    const texts = words().search.indexing;
    return html`<section class="card activity" aria-label=${words().common.progress} tabindex="-1">
      <div class="progress" data-state="indexed">
        <p class="progress-line"><strong>${texts.canBeSearched(this.#counted(total))}</strong></p>
        <progress max="1" .value=${1} aria-label=${texts.label}></progress>
      </div>
      <button type="button" data-action="hide" @click=${this.#hide}>${texts.hide}</button>
    </section>`;
  }

  #hide = (): void => {
    this.#search.hideIndexed();
    document.querySelector<HTMLElement>('#question')?.focus();
  };

  #indexing() {
    const { done, total, passages, tokens, elapsed } = this.#search.state.indexing!;
    const texts = words().search.indexing;
    const perSecond = (count: number): string => formatCount(elapsed > 0 ? (count / elapsed) * 1000 : 0);
    const speed =
      this.of === 'texts'
        ? texts.speed(perSecond(passages), perSecond(tokens))
        : words().search.pictures.speed(perSecond(passages));
    return html`<div class="progress" data-state="indexing">
      <p class="progress-line">
        <strong>${texts.done(formatCount(done), this.#counted(total))}</strong>
        ${passages > 0 ? html`<span>${speed}</span>` : nothing}
      </p>
      <progress max=${Math.max(1, total)} .value=${done} aria-label=${texts.label}></progress>
    </div>`;
  }

  #waiting() {
    const { indexed, total } = this.#search.state;
    const { mode } = this.app.state;
    const texts = words().search.indexing;
    const { notAtServer, notInBrowser } = this.of === 'texts' ? texts : words().search.pictures;
    const missing = texts.missing(formatCount(total - indexed), this.#counted(total));
    const sentence = (mode === 'remote' ? notAtServer : notInBrowser)(total - indexed, this.#search.model);
    return html`<section class="card activity" aria-label=${words().common.progress}>
      <p>${total === 0 ? texts.noPassage : slots(sentence, { missing: html`<strong>${missing}</strong>` })}</p>
      <button type="button" class="primary" data-action="index" @click=${() => this.#search.index()}>
        ${indexed > 0 ? texts.continue : texts.start}
      </button>
    </section>`;
  }
}

customElements.define('activity-panel', ActivityPanel);
