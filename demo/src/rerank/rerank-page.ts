import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { answeredBy } from '../elements/answered-by.ts';
import { callProgress } from '../elements/call-progress.ts';
import { gapId, gapText } from '../elements/gap.ts';
import { modelField } from '../elements/model-field.ts';
import { fieldValue, PageElement, submitOnEnter } from '../elements/page-element.ts';
import '../elements/problem-list.ts';
import '../elements/remote-settings.ts';
import { staleNote } from '../elements/stale-note.ts';
import { decimalText } from '../text/decimal.ts';
import { words } from '../words/language.ts';
import type { Moved, Ranked } from './rank-changes.ts';
import { type Before, type Reranking, rerankingOf } from './reranking.ts';

const ORIGINS = ['rerank'] as const;

/** Passages before and after a reranker. */
class RerankPage extends PageElement<Reranking> {
  protected override open(): Reranking {
    return rerankingOf(this.app);
  }

  protected override render() {
    const { app, page } = this;
    return html`<div class="page">
      <div class="page-head"><h2 tabindex="-1">${words().pages.rerank}</h2></div>
      ${app.state.mode !== 'local' ? html`<remote-settings .app=${app}></remote-settings>` : nothing}
      ${this.#form()}
      <problem-list .app=${app} .origins=${ORIGINS}></problem-list>
      ${callProgress(page.call, words().rerank.ranking)} ${this.#orders()}
    </div>`;
  }

  #form() {
    const { app, page } = this;
    const { query, passages, before } = page.state;
    const text = words().rerank;
    return html`<form class="card" aria-label=${text.form} @submit=${this.#submit}>
      <p class="hint">${text.about} ${text.sample}</p>
      <div class="field">
        <label for="rerank-query">${text.query}</label>
        <input
          id="rerank-query"
          autocomplete="off"
          dir="auto"
          aria-invalid=${page.gaps.of('rerank-query') ? 'true' : nothing}
          aria-describedby=${gapId(page.gaps, 'rerank-query')}
          .value=${query}
          @input=${(event: Event) => {
            page.gaps.clear('rerank-query');
            page.update({ query: fieldValue(event) });
          }}
        />
        ${gapText(page.gaps, 'rerank-query')}
      </div>
      <div class="field">
        <label for="rerank-passages">${text.passages}</label>
        <textarea
          id="rerank-passages"
          rows="8"
          dir="auto"
          aria-invalid=${page.gaps.of('rerank-passages') ? 'true' : nothing}
          aria-describedby=${gapId(page.gaps, 'rerank-passages')}
          .value=${passages}
          @input=${(event: Event) => {
            page.gaps.clear('rerank-passages');
            page.update({ passages: fieldValue(event) });
          }}
          @keydown=${submitOnEnter}
        ></textarea>
        ${gapText(page.gaps, 'rerank-passages')}
      </div>
      <div class="options">
        ${modelField({
          app,
          id: 'rerank-model',
          label: text.reranker,
          need: { endpoint: 'rerank' },
          models: page.state.models,
          choose: (model, side) => page.setModel(model, side),
        })}
        <div class="field">
          <label for="rerank-before">${text.compareWith}</label>
          <select
            id="rerank-before"
            @change=${(event: Event) => page.update({ before: fieldValue(event) as Before })}
          >
            <option value="vectors" ?selected=${before === 'vectors'}>${text.byVectorsOf(page.embedder)}</option>
            <option value="given" ?selected=${before === 'given'}>${text.asGiven}</option>
          </select>
        </div>
      </div>
      <div class="row"><button type="submit" class="primary">${text.rerank}</button></div>
    </form>`;
  }

  #orders() {
    const { orders } = this.page.state;
    if (!orders) return nothing;
    const { passages, before, after, beforeBy, answerer, model, fusion, tookBefore, took, tokens } = orders;
    const text = words().rerank;
    const order = (ranked: readonly (Ranked | Moved)[]) =>
      html`<ol class="answers">
        ${repeat(
          ranked,
          ({ index }) => index,
          (each, place) => html`<li class="answer ranked" data-passage=${each.index}>
            <div class="ranked-head">
              <span class="place">${place + 1}</span>
              ${'up' in each ? moved(each.up) : nothing}
              ${each.score === undefined ? nothing : html`<span class="value"><span class="visually-hidden">${text.score}</span> ${decimalText(each.score, 3)}</span>`}
            </div>
            <p dir="auto">${passages[each.index]}</p>
          </li>`,
        )}
      </ol>`;
    return html`${staleNote(orders.asked !== this.page.asked)}<div class="halves even">
      <section aria-labelledby="before-title" data-order="before">
        <div class="answers-head">
          <h3 id="before-title">${beforeBy ? text.beforeByVectors : text.beforeAsGiven}</h3>
          ${beforeBy ? answeredBy({ ...beforeBy, took: tookBefore }) : nothing}
        </div>
        ${order(before)}
      </section>
      <section aria-labelledby="after-title" data-order="after">
        <div class="answers-head">
          <h3 id="after-title">${text.after}</h3>
          ${answeredBy({
            answerer,
            model,
            took,
            tokens,
            timing: 'rerank',
            more: fusion ? html`<span>${text.fusion(fusion.weight, fusion.embedder)}</span>` : nothing,
          })}
        </div>
        ${order(after)}
      </section>
    </div>`;
  }

  #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    void this.page.rerank().then((fits) => (fits ? undefined : this.focusGap()));
  };
}

/** How far a passage moved, for the eye and in words. */
function moved(up: number | undefined) {
  if (up === undefined) return nothing;
  const text = words().rerank;
  if (up === 0)
    return html`<span class="moved" data-up="0"><span aria-hidden="true">=</span><span class="visually-hidden">${text.samePlace}</span></span>`;
  return html`<span class="moved" data-up=${up}>
    <span aria-hidden="true">${up > 0 ? '▲' : '▼'} ${Math.abs(up)}</span>
    <span class="visually-hidden">${up > 0 ? text.up(up) : text.down(-up)}</span>
  </span>`;
}

customElements.define('rerank-page', RerankPage);
