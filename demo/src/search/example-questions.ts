import { html, nothing } from 'lit';
import { words } from '../words/language.ts';
import { loadSample, SAMPLE_ID, type Sample } from './sample.ts';
import { SearchElement } from './search-element.ts';

/** Questions to try on the sample passages. */
class ExampleQuestions extends SearchElement {
  static override readonly properties = { ...SearchElement.properties, sample: { state: true } };
  declare private sample: Sample | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    // Fetched ahead, so that the sample is there without a network later on.
    void loadSample().then(
      (sample) => {
        this.sample = sample;
      },
      () => undefined,
    );
  }

  protected override render() {
    const { documents, question, answers, indexed, searching } = this.page.state;
    // They stay until the answers take their place, so that nothing moves twice.
    const isSample = documents.some(({ id }) => id === SAMPLE_ID);
    const isFirst = documents.length === 0 && this.pictures.state.documents.length === 0;
    const shown =
      (question.trim() === '' || (!answers && searching)) && ((indexed > 0 && isSample) || isFirst);
    if (!this.sample || !shown) return nothing;
    return html`<section class="examples" aria-labelledby="examples-title">
      <h2 id="examples-title">${words().search.examples.title}</h2>
      <p class="hint">${isFirst ? words().search.examples.first : words().search.examples.hint}</p>
      <ul>
        ${this.sample.questions.map(
          ({ question: example }) => html`<li>
            <button type="button" @click=${() => this.#ask(example)}>${example}</button>
          </li>`,
        )}
      </ul>
    </section>`;
  }

  #ask(question: string): void {
    this.page.setQuestion(question);
    document.querySelector<HTMLElement>('#question')?.focus();
  }
}

customElements.define('example-questions', ExampleQuestions);
