import type { ClassifierSummary } from '@nearfield/spec';
import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { callProgress } from '../elements/call-progress.ts';
import { removeKeepingFocus } from '../elements/focus.ts';
import { gapId, gapText } from '../elements/gap.ts';
import { modelField } from '../elements/model-field.ts';
import { fieldValue, PageElement, submitOnEnter, takeFiles } from '../elements/page-element.ts';
import { formatCount, formatPlural } from '../shell/format.ts';
import '../elements/problem-list.ts';
import { type Example, type Examples, examplesPageOf } from './examples.ts';
import { textResults } from './results.ts';

const when = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' });

const ORIGINS = ['classify'] as const;

/** Classifiers made from the visitor's own examples. */
class ClassifyExamples extends PageElement<Examples> {
  /** The departure of the foundation whose classifiers are listed. */
  #listed: AbortSignal | undefined;

  protected override open(): Examples {
    return examplesPageOf(this.app);
  }

  protected override updated(): void {
    const { departure } = this.app;
    if (this.#listed === departure) return;
    const changed = this.#listed !== undefined;
    this.#listed = departure;
    if (changed) this.page.forgetClassifiers();
    // A server is asked only when the visitor asks: it may need a key first.
    if (this.app.state.mode === 'local') void this.page.list();
  }

  protected override render() {
    return html`<div class="halves">
      <div class="results">${this.#examples()} ${this.#training()}</div>
      <div class="results">
        <problem-list .app=${this.app} .origins=${ORIGINS}></problem-list>
        ${callProgress(this.page.call, 'Working')} ${this.#classifiers()} ${this.#test()}
        ${textResults(this.page.state.result, this.page.asked)}
      </div>
    </div>`;
  }

  #examples() {
    const { page } = this;
    const { examples, lines, notUnderstood } = page.state;
    return html`<section class="card" aria-labelledby="examples-title">
      <h3 id="examples-title">Examples</h3>
      <table class="examples-table">
        <thead>
          <tr>
            <th scope="col">Text</th>
            <th scope="col">Label</th>
            <td></td>
          </tr>
        </thead>
        <tbody>
          ${repeat(
            examples,
            ({ id }) => id,
            (example, index) => this.#example(example, index + 1),
          )}
        </tbody>
      </table>
      <datalist id="example-labels">${page.labels.map((label) => html`<option value=${label}></option>`)}</datalist>
      ${gapText(page.gaps, 'examples')}
      <div class="row">
        <button type="button" data-action="add-example" @click=${this.#add}>Add an example</button>
        <button type="button" class="quiet" @click=${() => page.clearExamples()}>Clear</button>
      </div>
      <details>
        <summary>Paste many</summary>
        <div class="field">
          <label for="example-lines">Label and text in either order: one example a line</label>
          <textarea
            id="example-lines"
            rows="4"
            dir="auto"
            aria-invalid=${notUnderstood > 0 ? 'true' : nothing}
            aria-describedby="${notUnderstood > 0 ? 'example-lines-gap ' : ''}example-lines-hint"
            .value=${lines}
            @input=${(event: Event) => page.update({ lines: fieldValue(event), notUnderstood: 0 })}
          ></textarea>
          ${
            notUnderstood > 0
              ? html`<p id="example-lines-gap" class="gap">
                ${formatPlural(notUnderstood, 'line was', 'lines were')} not understood: each needs a label and a text,
                with a tab or a comma between them.
              </p>`
              : nothing
          }
          <p id="example-lines-hint" class="hint">Tabs as spreadsheets copy them, or CSV with commas or semicolons.</p>
        </div>
        <div class="row">
          <button type="button" @click=${this.#addLines}>Add these lines</button>
        </div>
      </details>
    </section>`;
  }

  #example({ id, text, label }: Example, number: number) {
    const { page } = this;
    return html`<tr>
      <td>
        <input
          aria-label="Text of example ${number}"
          aria-describedby=${gapId(page.gaps, 'examples')}
          dir="auto"
          .value=${text}
          @input=${(event: Event) => page.setExample(id, { text: fieldValue(event) })}
        />
      </td>
      <td>
        <input
          aria-label="Label of example ${number}"
          list="example-labels"
          autocomplete="off"
          dir="auto"
          .value=${label}
          @input=${(event: Event) => page.setExample(id, { label: fieldValue(event) })}
        />
      </td>
      <td>
        <button
          type="button"
          class="quiet icon"
          aria-label="Remove example ${number}"
          @click=${(event: Event) =>
            removeKeepingFocus(
              this,
              event,
              { selector: '.examples-table button', fallback: '[data-action="add-example"]' },
              () => page.removeExample(id),
            )}
        >
          <span aria-hidden="true">×</span>
        </button>
      </td>
    </tr>`;
  }

  #training() {
    const { app, page } = this;
    const { iterations, chosen, trained } = page.state;
    return html`<form class="card" aria-label="Training" @submit=${this.#submit}>
      <h3>Train</h3>
      ${modelField({
        app,
        id: 'train-model',
        need: { endpoint: 'train', modality: 'text' },
        models: page.state.models,
        choose: (model, side) => page.setModel(model, side),
      })}
      <div class="field">
        <label for="train-iterations">Passes over the examples</label>
        <input
          id="train-iterations"
          type="number"
          min="1"
          max="1000"
          step="1"
          placeholder="10"
          .value=${iterations}
          @input=${(event: Event) => page.update({ iterations: fieldValue(event) })}
        />
      </div>
      <p class="hint">
        Only weights are kept, a few numbers for each label: never the examples.
        ${app.state.mode === 'local' ? 'They stay in this browser until you delete them.' : `They are kept ${app.place}.`}
      </p>
      <div class="row">
        <button type="submit" class="primary" value="new">Train a new classifier</button>
        ${
          chosen === undefined
            ? nothing
            : html`<button type="submit" value="update">Update the chosen one</button>`
        }
      </div>
      ${trained ? html`<p data-testid="trained">Trained: ${trained}</p>` : nothing}
    </form>`;
  }

  #classifiers() {
    const { page } = this;
    const { classifiers } = page.state;
    return html`<section class="card" aria-labelledby="classifiers-title">
      <h3 id="classifiers-title" tabindex="-1">Classifiers ${this.app.place}</h3>
      ${
        classifiers === undefined
          ? html`<div class="row"><button type="button" @click=${() => page.list()}>Show them</button></div>`
          : classifiers.length === 0
            ? html`<p class="hint">None yet. Train one with the examples.</p>`
            : html`<fieldset>
              <legend class="visually-hidden">The classifier to test and update</legend>
              <ul class="classifiers">
                ${repeat(
                  classifiers,
                  ({ classifier_id }) => classifier_id,
                  (classifier) => this.#classifier(classifier),
                )}
              </ul>
            </fieldset>`
      }
      <div class="row">
        <button type="button" @click=${() => this.querySelector<HTMLInputElement>('#import-classifier')?.click()}>
          Import…
        </button>
      </div>
      <input
        id="import-classifier"
        type="file"
        hidden
        accept="application/json,.json"
        aria-label="Exported classifier"
        @change=${this.#import}
      />
    </section>`;
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
    const short = id.slice(0, 8);
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
            <code>${short}</code> · ${model} · ${timesOf('updated', updated_number)}, ${timesOf('used', used_number)} ·
            ${timeOf(updated_at)}
          </span>
        </span>
      </label>
      <div class="row">
        <button type="button" class="quiet" @click=${() => page.export(id)}>
          Export<span class="visually-hidden"> ${short}</span>
        </button>
        <button
          type="button"
          class="quiet"
          @click=${(event: Event) =>
            removeKeepingFocus(this, event, { selector: '#classifiers-title', fallback: 'h3' }, () =>
              page.delete(id),
            )}
        >
          Delete<span class="visually-hidden"> ${short}</span>
        </button>
      </div>
    </li>`;
  }

  #test() {
    const { page } = this;
    const { texts, chosen } = page.state;
    if (chosen === undefined) return nothing;
    return html`<form class="card" aria-label="Test" @submit=${this.#classify}>
      <h3>Test</h3>
      <div class="field">
        <label for="test-texts">Texts it has not seen, one a line</label>
        <textarea
          id="test-texts"
          rows="4"
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
      <div class="row"><button type="submit" class="primary">Classify</button></div>
    </form>`;
  }

  #add = async (): Promise<void> => {
    this.page.addExample();
    this.requestUpdate();
    await this.updateComplete;
    const fields = this.querySelectorAll<HTMLElement>('.examples-table tbody tr:last-child input');
    fields[0]?.focus();
  };

  #addLines = (): void => {
    this.page.addLines();
    if (this.page.state.notUnderstood > 0) this.querySelector<HTMLElement>('#example-lines')?.focus();
  };

  #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const update = event.submitter instanceof HTMLButtonElement && event.submitter.value === 'update';
    void this.page.train(update).then(() => this.#focusMissing());
  };

  /** Focuses the first field of the examples that is empty, where something is missing. */
  #focusMissing(): void {
    if (!this.page.gaps.of('examples')) return;
    const fields = [...this.querySelectorAll<HTMLInputElement>('.examples-table input')];
    const half = fields.find(
      (field, index) => field.value.trim() === '' && fields[index ^ 1]!.value.trim() !== '',
    );
    (half ?? fields.find(({ value }) => value.trim() === '') ?? fields[1] ?? fields[0])?.focus();
  }

  #classify = (event: SubmitEvent): void => {
    event.preventDefault();
    void this.page.classify().then(() => (this.page.gaps.of('test-texts') ? this.focusGap() : undefined));
  };

  #import = (event: Event): void => {
    const [file] = takeFiles(event);
    if (file) void this.page.import(file);
  };
}

function timesOf(what: string, count: number): string {
  if (count === 0) return `never ${what}`;
  return count === 1 ? `${what} once` : `${what} ${formatCount(count)} times`;
}

const timeOf = (iso: string): string => {
  const time = Date.parse(iso);
  return Number.isNaN(time) ? iso : when.format(time);
};

customElements.define('classify-examples', ClassifyExamples);
