import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { answeredBy } from '../elements/answered-by.ts';
import { formatDuration } from '../shell/format.ts';
import { decimalText } from '../text/decimal.ts';
import { words } from '../words/language.ts';
import { slots } from '../words/slots.ts';
import { reasonOf, withFilters } from './reason.ts';
import { loadSample, SAMPLE_ID } from './sample.ts';
import { SearchElement } from './search-element.ts';
import type { Answer } from './session.ts';

/**
 * Ranked passages with their best sentences. Arrow keys go from the question to one after the other, Escape back. They
 * are no stops of Tab: there is nothing to do in them.
 */
class AnswerList extends SearchElement {
  static override readonly properties = { ...SearchElement.properties, explains: { state: true } };
  /** Whether every answer says what brought it here. */
  declare private explains: boolean;

  constructor() {
    super();
    this.explains = false;
  }

  protected override render() {
    const { answers, answered, timings, indexed, withoutModel } = this.page.state;
    const { counts } = words();
    const texts = words().search.answers;
    return html`<section aria-labelledby="answers-title" ?hidden=${!answers || answers.length === 0}>
      <div class="answers-head">
        <h2 id="answers-title">${texts.title}</h2>
        <button
          type="button"
          class="quiet"
          aria-pressed=${this.explains ? 'true' : 'false'}
          @click=${() => {
            this.explains = !this.explains;
          }}
        >
          ${texts.why}
        </button>
        ${
          timings
            ? answeredBy({
                ...timings,
                took: timings.embed,
                timing: 'embed',
                more: html`<span>${this.#timing(texts.compared(counts.passages(indexed)), 'search', timings.search)}</span>`,
              })
            : nothing
        }
        ${withoutModel ? this.#withoutModel() : nothing}
      </div>
      <ol id="answers" class="answers" data-question=${answered ?? nothing} @keydown=${this.#keys}>
        ${repeat(
          answers ?? [],
          ({ passage }) => passage,
          (answer) => this.#answer(answer),
        )}
      </ol>
    </section>`;
  }

  /** What the answers are from, and what gives better ones. */
  #withoutModel() {
    const texts = words().search.answers;
    const isHere = this.page.state.documents.some(({ id }) => id === SAMPLE_ID);
    return html`<p class="hint without-model">
      <span>${texts.withoutModel}</span>
      ${isHere ? nothing : html`<button type="button" @click=${this.#useModel}>${texts.useModel}</button>`}
    </p>`;
  }

  #useModel = async (): Promise<void> => {
    document.querySelector<HTMLElement>('#question')?.focus();
    try {
      await this.page.addDocuments([(await loadSample()).document]);
    } catch (error) {
      this.app.report(error, 'files');
    }
  };

  /** A sentence with a time in it, which tests and styles find by its name. */
  #timing(text: string, name: string, milliseconds: number) {
    return slots(text, {
      time: html`<output data-timing=${name}>${formatDuration(milliseconds)}</output>`,
    });
  }

  #answer({ passage, score, explanation, sentence }: Answer) {
    const { text } = passage;
    const best = this.page.state.answers?.[0]?.score ?? score;
    // Without a sentence all of it stands before the mark, so that what is there stays there when one is marked.
    const { start, end } = sentence ?? { start: text.length, end: text.length };
    return html`<li class="answer" tabindex="-1" data-answer=${passage.id}>
      <div class="answer-head">
        <div>
          <h3 dir="auto">${passage.title ?? passage.source}</h3>
          ${passage.title ? html`<span class="source" dir="auto">${passage.source}</span>` : nothing}
        </div>
        <span class="score" title=${words().search.answers.agreement}>
          <meter min="0" max="1" .value=${best > 0 ? Math.max(0, score / best) : 0} aria-hidden="true"></meter>
          <span class="visually-hidden">${words().search.answers.score}</span> ${decimalText(score, 3)}
        </span>
      </div>
      <p dir="auto">${text.slice(0, start)}${sentence ? html`<mark>${text.slice(start, end)}</mark>` : nothing}${text.slice(end)}</p>
      ${this.explains && explanation ? html`<p class="why">${withFilters(reasonOf(explanation), this.page.state.filters)}</p>` : nothing}
    </li>`;
  }

  #keys = (event: KeyboardEvent): void => {
    const answers = [...this.querySelectorAll<HTMLElement>('[data-answer]')];
    const current = answers.indexOf((event.target as HTMLElement).closest<HTMLElement>('[data-answer]')!);
    const question = document.querySelector<HTMLElement>('#question');
    const targets: Record<string, HTMLElement | null | undefined> = {
      ArrowDown: answers[Math.min(current + 1, answers.length - 1)],
      ArrowUp: current === 0 ? question : answers[current - 1],
      Home: answers[0],
      End: answers.at(-1),
      Escape: question,
    };
    const target = targets[event.key];
    if (!target) return;
    event.preventDefault();
    target.focus();
  };
}

customElements.define('answer-list', AnswerList);
