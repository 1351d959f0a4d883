import { html, nothing } from 'lit';
import { modelProgress } from '../elements/model-progress.ts';
import { formatCount, formatPlural } from '../shell/format.ts';
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
    return html`<section class="card activity" aria-label="Progress" tabindex="-1">
      ${underWay ? modelProgress(loading) : this.#indexing()}
      <button type="button" data-action="cancel" @click=${() => this.page.cancelIndexing()}>Cancel</button>
    </section>`;
  }

  /** As high as what it takes the place of. */
  #done(total: number) {
    return html`<section class="card activity" aria-label="Progress" tabindex="-1">
      <div class="progress" data-state="indexed">
        <p class="progress-line"><strong>${formatPlural(total, 'passage')} can be searched</strong></p>
        <progress max="1" .value=${1} aria-label="Indexing"></progress>
      </div>
      <button type="button" data-action="hide" @click=${this.#hide}>Hide</button>
    </section>`;
  }

  #hide = (): void => {
    this.page.hideIndexed();
    document.querySelector<HTMLElement>('#question')?.focus();
  };

  #indexing() {
    const { done, total, passages, tokens, elapsed } = this.page.state.indexing!;
    const perSecond = (count: number): number => (elapsed > 0 ? (count / elapsed) * 1000 : 0);
    return html`<div class="progress" data-state="indexing">
      <p class="progress-line">
        <strong>Indexing ${formatCount(done)} of ${formatPlural(total, 'passage')}</strong>
        ${
          passages > 0
            ? html`<span
              >${formatCount(perSecond(passages))} passages/s · ${formatCount(perSecond(tokens))} tokens/s</span
            >`
            : nothing
        }
      </p>
      <progress max=${Math.max(1, total)} .value=${done} aria-label="Indexing"></progress>
    </div>`;
  }

  #waiting() {
    const { indexed, total } = this.page.state;
    const { mode } = this.app.state;
    const missing = `${formatCount(total - indexed)} of ${formatPlural(total, 'passage')}`;
    const rest = `${total - indexed === 1 ? 'is' : 'are'} not indexed with ${this.page.model} ${mode === 'remote' ? 'at the server yet. Vectors of this browser are not mixed with its own.' : 'in this browser yet.'}`;
    return html`<section class="card activity" aria-label="Progress">
      <p>${total === 0 ? 'The texts hold no passage.' : html`<strong>${missing}</strong> ${rest}`}</p>
      <button type="button" class="primary" data-action="index" @click=${() => this.page.index()}>
        ${indexed > 0 ? 'Continue' : 'Index'}
      </button>
    </section>`;
  }
}

customElements.define('activity-panel', ActivityPanel);
