import { html, nothing } from 'lit';
import { textResults } from '../classify/results.ts';
import { callProgress } from '../elements/call-progress.ts';
import { gapId, gapText } from '../elements/gap.ts';
import { fieldValue, PageElement, submitOnEnter } from '../elements/page-element.ts';
import { words } from '../words/language.ts';
import { type Classifiers, classifiersOf } from './classifiers.ts';

/** Texts for the classifier that is chosen, and what it says of them. */
class ClassifierTest extends PageElement<Classifiers> {
  static override readonly properties = { ...PageElement.properties, boxed: { attribute: false } };
  /** Whether the form is a card of its own. @default false */
  declare boxed: boolean;

  constructor() {
    super();
    this.boxed = false;
  }

  protected override open(): Classifiers {
    return classifiersOf(this.app);
  }

  protected override render() {
    const { page } = this;
    const text = words().teach;
    const { texts, chosen } = page.state;
    return html`${
      chosen === undefined
        ? nothing
        : html`<form class="classifier-form ${this.boxed ? 'card' : ''}" aria-label=${text.test} @submit=${this.#classify}>
          <div class="field">
            <label for="test-texts">${text.testTexts}</label>
            <textarea
              id="test-texts"
              rows="3"
              dir="auto"
              aria-invalid=${page.gaps.of('test-texts') ? 'true' : nothing}
              aria-describedby=${gapId(page.gaps, 'test-texts')}
              .value=${texts}
              @input=${(event: Event) => {
                page.gaps.clear('test-texts');
                page.update({ texts: fieldValue(event) });
              }}
              @keydown=${submitOnEnter}
            ></textarea>
            ${gapText(page.gaps, 'test-texts')}
          </div>
          <div class="row"><button type="submit" class="primary">${words().classify.classify}</button></div>
        </form>`
    }
    ${callProgress(page.call, words().classify.classifying)} ${textResults(page.state.result, page.asked)}`;
  }

  readonly #classify = (event: SubmitEvent): void => {
    event.preventDefault();
    void this.page.classify().then(() => (this.page.gaps.of('test-texts') ? this.focusGap() : undefined));
  };
}

customElements.define('classifier-test', ClassifierTest);
