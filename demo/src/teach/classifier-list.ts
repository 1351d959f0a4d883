import type { ClassifierSummary } from '@nearfield/spec';
import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { confirmed } from '../elements/confirmed.ts';
import { removeKeepingFocus } from '../elements/focus.ts';
import { PageElement, takeFiles } from '../elements/page-element.ts';
import { placeOf } from '../shell/answerer.ts';
import { hostOf } from '../shell/server-address.ts';
import { languageInUse } from '../words/in-use.ts';
import { words } from '../words/language.ts';
import { type Classifiers, classifiersOf } from './classifiers.ts';

/** What a classifier is called beside its labels. */
const shortOf = (id: string): string => id.slice(0, 8);

/**
 * The classifiers that `/v1/classify` answers with where the current mode computes: chosen, exported, imported, deleted.
 * Fires `teach` with an id, where there are examples to teach.
 */
class ClassifierList extends PageElement<Classifiers> {
  static override readonly properties = { ...PageElement.properties, examples: { attribute: false } };
  /** Examples that a classifier could be taught. */
  declare examples: number;

  constructor() {
    super();
    this.examples = 0;
  }

  protected override open(): Classifiers {
    return classifiersOf(this.app);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // A server is asked only when the visitor asks: it may need a key first.
    if (this.app.state.mode === 'local' && this.page.state.list === undefined) void this.page.refresh();
  }

  protected override render() {
    const { page } = this;
    const text = words().teach;
    const { list, deleted } = page.state;
    return html`${
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
        ${
          deleted
            ? html`<button type="button" @click=${this.#restore}>
              ${text.bringBack(deleted.classifier.labels.join(', '))}
            </button>`
            : nothing
        }
      </div>
      <input
        id="import-classifier"
        type="file"
        hidden
        accept="application/json,.json"
        aria-label=${text.exportedClassifier}
        @change=${this.#import}
      />`;
  }

  #classifier(summary: ClassifierSummary) {
    const { page, app } = this;
    const text = words().teach;
    const { classifier_id: id, labels, model, updated_number, used_number, updated_at } = summary;
    const short = shortOf(id);
    const when = new Intl.DateTimeFormat(languageInUse(), { dateStyle: 'medium', timeStyle: 'short' });
    const time = Date.parse(updated_at);
    const { here } = page.state;
    const side = here?.has(id) ? 'local' : 'remote';
    const place = here && placeOf({ side, host: hostOf(app.state.remote.baseUrl) });
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
            <code>${short}</code> · ${model} · ${place ? html`${place} · ` : nothing}${text.updated(updated_number)}, ${text.used(used_number)} ·
            ${Number.isNaN(time) ? updated_at : when.format(time)}
          </span>
        </span>
      </label>
      <div class="row">
        ${
          this.examples > 0
            ? html`<button type="button" class="quiet" @click=${() => this.dispatchEvent(new CustomEvent('teach', { detail: summary }))}>
              ${text.teachOne}<span class="visually-hidden"> ${short}</span>
            </button>`
            : nothing
        }
        ${
          app.state.mode === 'remote' || (side === 'remote' && here)
            ? nothing
            : html`<button type="button" class="quiet" @click=${() => page.export(id)}>
              ${text.exportOne}<span class="visually-hidden"> ${short}</span>
            </button>`
        }
        <button
          type="button"
          class="quiet"
          data-action="delete"
          @click=${(event: Event) =>
            removeKeepingFocus(
              this,
              event,
              { selector: '.classifiers [data-action="delete"]', fallback: '#classifiers-title' },
              () => page.delete(id, () => this.#sure(labels)),
            )}
        >
          ${text.deleteOne}<span class="visually-hidden"> ${short}</span>
        </button>
      </div>
    </li>`;
  }

  #sure(labels: readonly string[]): Promise<boolean> {
    const text = words().teach;
    const host = hostOf(this.app.state.remote.baseUrl);
    return confirmed({
      title: text.deleteAtServer(host),
      lost: [text.deleteLost(labels.join(', '))],
      action: text.deleteOne,
    });
  }

  readonly #restore = async (): Promise<void> => {
    await this.page.restore();
    await this.updateComplete;
    this.querySelector<HTMLElement>('.classifiers input:checked')?.focus();
  };

  readonly #import = (event: Event): void => {
    const [file] = takeFiles(event);
    if (file) void this.page.import(file);
  };
}

customElements.define('classifier-list', ClassifierList);
