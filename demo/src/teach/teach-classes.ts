import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { removeKeepingFocus } from '../elements/focus.ts';
import { fieldValue } from '../elements/page-element.ts';
import { formatCount } from '../shell/format.ts';
import { words } from '../words/language.ts';
import { itemView, shortOf } from './item-view.ts';
import {
  examplesByClass,
  type Item,
  type TaughtClass,
  withClass,
  withClassName,
  withLabel,
  withoutClass,
  withoutItem,
} from './project.ts';
import { TeachElement } from './teach-element.ts';

/** Examples of a class that are shown before all are asked for. */
const SHOWN = 20;

/** The classes and their examples. */
class TeachClasses extends TeachElement {
  /** Classes whose examples are all shown. */
  readonly #whole = new Set<string>();

  protected override render() {
    const { project } = this.page;
    if (!project) return nothing;
    const text = words().teach;
    const examples = examplesByClass(project);
    const most = Math.max(1, ...[...examples.values()].map(({ length }) => length));
    return html`<section class="card" aria-labelledby="classes-title">
      <h3 id="classes-title" tabindex="-1">${text.classes}</h3>
      ${project.classes.length === 0 ? html`<p class="hint">${text.classesHint}</p>` : nothing}
      <ol class="teach-classes">
        ${repeat(
          project.classes,
          ({ id }) => id,
          (each, index) => this.#class(each, index, examples.get(each.id) ?? [], most),
        )}
      </ol>
      <form class="adder" @submit=${this.#add}>
        <label class="visually-hidden" for="new-class">${text.newClass}</label>
        <input id="new-class" autocomplete="off" dir="auto" placeholder=${text.newClassExample} ?disabled=${!this.page.state.writes} />
        <button type="submit" ?disabled=${!this.page.state.writes}>${text.addClass}</button>
      </form>
      ${project.classes.length === 1 ? html`<p class="hint">${text.secondClass}</p>` : nothing}
    </section>`;
  }

  #class(taught: TaughtClass, index: number, examples: readonly Item[], most: number) {
    const text = words().teach;
    const { page } = this;
    const { id, name } = taught;
    const shown = this.#whole.has(id) ? examples : examples.slice(0, SHOWN);
    return html`<li data-class=${name}>
      <div class="class-line">
        <kbd aria-hidden="true">${index < 9 ? index + 1 : ''}</kbd>
        <input
          class="class-name"
          aria-label=${text.nameOfClass(index + 1)}
          dir="auto"
          .value=${name}
          ?readonly=${!page.state.writes}
          @change=${(event: Event) => {
            const value = fieldValue(event);
            page.change((project) => withClassName(project, id, value));
            // An empty name is no change: the field shows the name again.
            (event.currentTarget as HTMLInputElement).value =
              page.project?.classes.find((each) => each.id === id)?.name ?? value;
          }}
        />
        <meter class="balance" min="0" max=${most} .value=${examples.length} aria-hidden="true"></meter>
        <span class="count" title=${text.examples(examples.length)}>${formatCount(examples.length)}<span class="visually-hidden"> ${text.examplesNoun(examples.length)}</span></span>
        <button
          type="button"
          class="quiet icon"
          aria-label=${text.removeClass(name)}
          ?disabled=${!page.state.writes}
          @click=${(event: Event) =>
            removeKeepingFocus(
              this,
              event,
              { selector: '.class-line > button', fallback: '#new-class' },
              () => {
                page.change((project) => withoutClass(project, id));
                this.app.announce(text.classRemoved(name));
              },
            )}
        >
          <span aria-hidden="true">×</span>
        </button>
      </div>
      ${
        examples.length === 0
          ? nothing
          : html`<details>
            <summary>${text.showExamples(name)}</summary>
            <ul class="items" data-kind=${page.project!.kind}>
              ${repeat(
                shown,
                (item) => item.id,
                (item) => this.#item(item),
              )}
            </ul>
            ${
              shown.length < examples.length
                ? html`<button
                  type="button"
                  class="quiet"
                  @click=${() => {
                    this.#whole.add(id);
                    this.requestUpdate();
                  }}
                >
                  ${text.showAll(examples.length)}
                </button>`
                : nothing
            }
          </details>`
      }
    </li>`;
  }

  #item(item: Item) {
    const { page } = this;
    const text = words().teach;
    return html`<li>
      ${itemView(page, item)}
      <select
        aria-label=${text.classOf(shortOf(item))}
        ?disabled=${!page.state.writes}
        @change=${(event: Event) => {
          const value = fieldValue(event);
          page.change((project) => withLabel(project, item.id, value === '' ? undefined : value));
        }}
      >
        ${page.project!.classes.map(
          ({ id, name }) => html`<option value=${id} ?selected=${id === item.classId}>${name}</option>`,
        )}
        <option value="">${text.noClass}</option>
      </select>
      <button
        type="button"
        class="quiet icon"
        aria-label=${text.removeItem(shortOf(item))}
        ?disabled=${!page.state.writes}
        @click=${(event: Event) =>
          removeKeepingFocus(
            this,
            event,
            { selector: '.items button.icon', fallback: '#classes-title' },
            () => {
              page.change((project) => withoutItem(project, item.id));
              this.app.announce(text.itemRemoved);
            },
          )}
      >
        <span aria-hidden="true">×</span>
      </button>
    </li>`;
  }

  readonly #add = (event: SubmitEvent): void => {
    event.preventDefault();
    const field = this.querySelector<HTMLInputElement>('#new-class')!;
    const names = field.value.split(/[,;\n]/u);
    field.value = '';
    field.focus();
    this.page.change((project) => names.reduce(withClass, project));
  };
}

customElements.define('teach-classes', TeachClasses);
