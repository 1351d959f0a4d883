import { html, nothing } from 'lit';
import { formatCount } from '../shell/format.ts';
import { words } from '../words/language.ts';
import { itemView } from './item-view.ts';
import { isNone, leastCertain } from './learner.ts';
import { type Item, withLabel, withoutItem } from './project.ts';
import { TeachElement } from './teach-element.ts';

const percent = (value: number): string =>
  new Intl.NumberFormat(document.documentElement.lang, { style: 'percent' }).format(value);

/** The item without a class whose label teaches most, labelled with one key. */
class TeachNext extends TeachElement {
  /** Items that were put off; they come again after the others. */
  readonly #later: string[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('keydown', this.#key);
  }

  override disconnectedCallback(): void {
    window.removeEventListener('keydown', this.#key);
    super.disconnectedCallback();
  }

  get #next(): Item | undefined {
    const { project, learner } = this.page;
    if (!project) return undefined;
    const open = new Map(
      project.items.filter(({ classId }) => classId === undefined).map((item) => [item.id, item]),
    );
    const { learnt } = learner.state;
    const ranked = learnt ? leastCertain(learnt).map(({ item }) => item.id) : [];
    const order = [...ranked, ...open.keys()];
    const first = order.find((id) => open.has(id) && !this.#later.includes(id));
    return open.get(first ?? this.#later.find((id) => open.has(id)) ?? '');
  }

  protected override render() {
    const { project, learner, state } = this.page;
    const item = this.#next;
    if (!project || !item) return nothing;
    const text = words().teach;
    const left = project.items.filter(({ classId }) => classId === undefined).length;
    const { learnt, evaluation } = learner.state;
    const answer = learnt?.answers.get(item.id);
    const guess = answer && (isNone(answer, evaluation?.threshold) ? text.none : answer.choice.prediction);
    return html`<section class="card next" aria-labelledby="next-title" data-item=${item.id}>
      <div class="answers-head">
        <h3 id="next-title">${text.next}</h3>
        <p class="timings" data-testid="unlabelled">${text.unlabelled(left)}</p>
      </div>
      <div class="next-item" aria-live="polite">
        ${itemView(this.page, item)}
        ${guess === undefined ? nothing : html`<p class="hint">${text.guess(guess, percent(answer!.choice.score))}</p>`}
      </div>
      <div class="row choices">
        ${project.classes.map(
          ({ id, name }, index) => html`<button
            type="button"
            ?disabled=${!state.writes}
            aria-keyshortcuts=${index < 9 ? String(index + 1) : nothing}
            @click=${() => this.#label(item, id)}
          >
            ${index < 9 ? html`<kbd aria-hidden="true">${formatCount(index + 1)}</kbd>` : nothing}
            <span dir="auto">${name}</span>
          </button>`,
        )}
        <button type="button" class="quiet" aria-keyshortcuts="0" @click=${() => this.#put(item)}><kbd aria-hidden="true">0</kbd> ${text.later}</button>
        <button
          type="button"
          class="quiet"
          ?disabled=${!state.writes}
          @click=${() => {
            this.page.change((each) => withoutItem(each, item.id));
            this.app.announce(text.itemRemoved);
          }}
        >
          ${text.discard}
        </button>
      </div>
      <p class="hint">${project.classes.length === 0 ? text.nextNoClass : text.nextHint}</p>
    </section>`;
  }

  #label(item: Item, classId: string): void {
    this.page.change((project) => withLabel(project, item.id, classId));
    const name = this.page.project?.classes.find(({ id }) => id === classId)?.name;
    if (name !== undefined) this.app.announceQuietly(words().teach.labelledAs(name));
  }

  #put({ id }: Item): void {
    const index = this.#later.indexOf(id);
    if (index >= 0) this.#later.splice(index, 1);
    this.#later.push(id);
    this.requestUpdate();
  }

  /** Digits label, wherever the focus is but in a field. */
  readonly #key = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    const field = (event.target as Element | null)?.closest?.('input, textarea, select, [contenteditable]');
    const item = this.#next;
    if (field || !item || !/^\d$/u.test(event.key)) return;
    event.preventDefault();
    if (event.key === '0') this.#put(item);
    else {
      const taught = this.page.project?.classes[Number(event.key) - 1];
      if (taught) this.#label(item, taught.id);
    }
  };
}

customElements.define('teach-next', TeachNext);
