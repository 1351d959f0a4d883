import { html, nothing } from 'lit';
import { modelProgress } from '../elements/model-progress.ts';
import { formatCount } from '../shell/format.ts';
import { words } from '../words/language.ts';
import { slots } from '../words/slots.ts';
import { SearchElement } from './search-element.ts';

/** A model on its way, indexing, or what is left to index. */
class ActivityPanel extends SearchElement {
  protected override render() {
    const { indexing, justIndexed, indexed, total, documents } = this.page.state;
    const { loading } = this.page.call.state;
    const underWay = loading && loading.took === undefined;
    if (!indexing && !underWay && justIndexed && total > 0 && indexed === total) return this.#done(total);
    if (!indexing && !underWay)
      return indexed < total || (documents.length > 0 && total === 0) ? this.#waiting() : nothing;
    return html`<section class="card activity" aria-label=${words().common.progress} tabindex="-1">
      ${underWay ? modelProgress(loading) : this.#indexing()}
      <button type="button" data-action="cancel" @click=${() => this.page.cancelIndexing()}>${words().common.cancel}</button>
    </section>`;
  }

  /** As high as what it takes the place of. */
  #done(total: number) {
    return html`<section class="card activity" aria-label=${words().common.progress} tabindex="-1">
      <div class="progress" data-state="indexed">
        <p class="progress-line"><strong>${words().search.indexing.canBeSearched(words().counts.passages(total))}</strong></p>
        <progress max="1" .value=${1} aria-label=${words().search.indexing.label}></progress>
      </div>
      <button type="button" data-action="hide" @click=${this.#hide}>${words().search.indexing.hide}</button>
    </section>`;
  }

  #hide = (): void => {
    this.page.hideIndexed();
    document.querySelector<HTMLElement>('#question')?.focus();
  };

  #indexing() {
    const { done, total, passages, tokens, elapsed } = this.page.state.indexing!;
    const texts = words().search.indexing;
    const perSecond = (count: number): number => (elapsed > 0 ? (count / elapsed) * 1000 : 0);
    return html`<div class="progress" data-state="indexing">
      <p class="progress-line">
        <strong>${texts.done(formatCount(done), words().counts.passages(total))}</strong>
        ${
          passages > 0
            ? html`<span>${texts.speed(formatCount(perSecond(passages)), formatCount(perSecond(tokens)))}</span>`
            : nothing
        }
      </p>
      <progress max=${Math.max(1, total)} .value=${done} aria-label=${words().search.indexing.label}></progress>
    </div>`;
  }

  #waiting() {
    const { indexed, total } = this.page.state;
    const { mode } = this.app.state;
    const texts = words().search.indexing;
    const missing = texts.missing(formatCount(total - indexed), words().counts.passages(total));
    const sentence = (mode === 'remote' ? texts.notAtServer : texts.notInBrowser)(
      total - indexed,
      this.page.model,
    );
    return html`<section class="card activity" aria-label=${words().common.progress}>
      <p>${total === 0 ? texts.noPassage : slots(sentence, { missing: html`<strong>${missing}</strong>` })}</p>
      <button type="button" class="primary" data-action="index" @click=${() => this.page.index()}>
        ${indexed > 0 ? texts.continue : texts.start}
      </button>
    </section>`;
  }
}

customElements.define('activity-panel', ActivityPanel);
