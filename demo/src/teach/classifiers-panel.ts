import type { ClassifierSummary } from '@nearfield/spec';
import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { textResults } from '../classify/results.ts';
import { removeKeepingFocus } from '../elements/focus.ts';
import { gapId, gapText } from '../elements/gap.ts';
import { fieldValue, PageElement, submitOnEnter, takeFiles } from '../elements/page-element.ts';
import { languageInUse } from '../words/in-use.ts';
import { words } from '../words/language.ts';
import { type Classifiers, classifiersOf } from './classifiers.ts';

/** The classifiers that `/v1/classify` answers with: tested, exported, imported, deleted. */
class ClassifiersPanel extends PageElement<Classifiers> {
  protected override open(): Classifiers {
    return classifiersOf(this.app);
  }

  protected override render() {
    const { page } = this;
    const text = words().teach;
    const { list } = page.state;
    return html`<details class="classifiers-panel" @toggle=${this.#toggled}>
      <summary id="classifiers-title">${text.classifiers(this.app.place)}</summary>
      ${
        list === undefined
          ? html`<div class="row"><button type="button" @click=${() => page.list()}>${text.showClassifiers}</button></div>`
          : list.length === 0
            ? html`<p class="hint">${text.noClassifiers}</p>`
            : html`<fieldset>
              <legend class="visually-hidden">${text.chooseClassifier}</legend>
              <ul class="classifiers">
                ${repeat(
                  list,
                  ({ classifier_id }) => classifier_id,
                  (classifier) => this.#classifier(classifier),
                )}
              </ul>
            </fieldset>`
      }
      <div class="row">
        <button type="button" @click=${() => this.querySelector<HTMLInputElement>('#import-classifier')?.click()}>
          ${text.importClassifier}
        </button>
      </div>
      <input
        id="import-classifier"
        type="file"
        hidden
        accept="application/json,.json"
        aria-label=${text.exportedClassifier}
        @change=${this.#import}
      />
      ${this.#test()} ${textResults(page.state.result, page.asked)}
    </details>`;
  }

  #classifier({
    classifier_id: id,
    labels,
    model,
    updated_number,
    used_number,
    updated_at,
  }: ClassifierSummary) {
    const { page } = this;
    const text = words().teach;
    const short = id.slice(0, 8);
    const when = new Intl.DateTimeFormat(languageInUse(), { dateStyle: 'medium', timeStyle: 'short' });
    const time = Date.parse(updated_at);
    return html`<li data-classifier=${id}>
      <label>
        <input
          type="radio"
          name="classifier"
          .value=${id}
          .checked=${page.state.chosen === id}
          @change=${() => page.choose(id)}
        />
        <span>
          <strong dir="auto">${labels.join(', ')}</strong>
          <span class="hint">
            <code>${short}</code> · ${model} · ${text.updated(updated_number)}, ${text.used(used_number)} ·
            ${Number.isNaN(time) ? updated_at : when.format(time)}
          </span>
        </span>
      </label>
      <div class="row">
        <button type="button" class="quiet" @click=${() => page.export(id)}>
          ${text.exportOne}<span class="visually-hidden"> ${short}</span>
        </button>
        <button
          type="button"
          class="quiet"
          @click=${(event: Event) =>
            removeKeepingFocus(
              this,
              event,
              { selector: '.classifiers .row button:last-child', fallback: '#classifiers-title' },
              () => page.delete(id),
            )}
        >
          ${text.deleteOne}<span class="visually-hidden"> ${short}</span>
        </button>
      </div>
    </li>`;
  }

  #test() {
    const { page } = this;
    const text = words().teach;
    const { texts, chosen } = page.state;
    if (chosen === undefined) return nothing;
    return html`<form aria-label=${text.test} @submit=${this.#classify}>
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
      <div class="row"><button type="submit">${words().classify.classify}</button></div>
    </form>`;
  }

  /** A server is asked only when the visitor asks: it may need a key first. */
  readonly #toggled = (event: Event): void => {
    const { open } = event.currentTarget as HTMLDetailsElement;
    if (open && this.page.state.list === undefined && this.app.state.mode === 'local') void this.page.list();
  };

  readonly #classify = (event: SubmitEvent): void => {
    event.preventDefault();
    void this.page.classify().then(() => (this.page.gaps.of('test-texts') ? this.focusGap() : undefined));
  };

  readonly #import = (event: Event): void => {
    const [file] = takeFiles(event);
    if (file) void this.page.import(file);
  };
}

customElements.define('classifiers-panel', ClassifiersPanel);
