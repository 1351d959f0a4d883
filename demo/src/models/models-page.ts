import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { callProgress } from '../elements/call-progress.ts';
import { confirmed } from '../elements/confirmed.ts';
import { PageElement, takeFiles } from '../elements/page-element.ts';
import { formatBytes } from '../shell/format.ts';
import '../elements/problem-list.ts';
import '../elements/remote-settings.ts';
import '../elements/storage-panel.ts';
import { words } from '../words/language.ts';
import { type Catalogue, catalogueOf, filtered } from './catalogue.ts';
import { sortedModels } from './choosing.ts';
import { loadedModels } from './loaded-models.ts';
import { type CardActions, modelCard } from './model-card.ts';
import { modelFilters } from './model-filters.ts';
import { taskProgress } from './task-progress.ts';

const ORIGINS = ['models'] as const;

/** The catalogue, what is in memory, and what is stored. */
class ModelsPage extends PageElement<Catalogue> {
  /** The departure of the foundation whose models are listed. */
  #listed: AbortSignal | undefined;
  /** The model that the folder being chosen belongs to. */
  #importing = '';

  /** Cards that something is going on in, and those of them that are in sight. */
  #observer: IntersectionObserver | undefined;
  readonly #inSight = new Set<string>();

  readonly #actions: CardActions = {
    act: (event, run) => void this.#act(cardOf(event), run),
    chooseFolder: (model) => {
      this.#importing = model;
      this.querySelector<HTMLInputElement>('#model-folder')?.click();
    },
    remove: (event, model, bytes) => void this.#remove(cardOf(event), model, bytes),
    dismiss: (model) => {
      this.page.dismiss(model);
      this.#card(model)?.querySelector<HTMLElement>('.state')?.focus({ preventScroll: true });
    },
  };

  protected override open(): Catalogue {
    return catalogueOf(this.app);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#observer = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        const { model } = (target as HTMLElement).dataset;
        if (isIntersecting) this.#inSight.add(model!);
        else this.#inSight.delete(model!);
      }
      this.requestUpdate();
    });
  }

  override disconnectedCallback(): void {
    this.#observer?.disconnect();
    this.#inSight.clear();
    super.disconnectedCallback();
  }

  #card(model: string): HTMLElement | null {
    return this.querySelector<HTMLElement>(`.model-card[data-model="${CSS.escape(model)}"]`);
  }

  /** Looks whether the cards that something is going on in are in sight. */
  #observe(): void {
    const { tasks, failures } = this.page.state;
    const active = new Set([...Object.keys(tasks), ...Object.keys(failures)]);
    for (const card of this.querySelectorAll<HTMLElement>('.model-card')) {
      if (active.has(card.dataset.model!)) this.#observer?.observe(card);
      else this.#observer?.unobserve(card);
    }
    for (const model of this.#inSight) if (!active.has(model)) this.#inSight.delete(model);
  }

  protected override updated(): void {
    this.#observe();
    const { departure } = this.app;
    if (this.#listed === departure) return;
    this.#listed = departure;
    this.page.forget();
    // A server is asked only when the visitor asks: it may need a key first.
    if (this.app.side === 'local') void this.page.list();
  }

  protected override render() {
    const { app, page } = this;
    const t = words().models;
    const local = app.side === 'local';
    return html`<div class="page">
      <div class="page-head"><h2 tabindex="-1">${t.title}</h2></div>
      ${local ? nothing : html`<remote-settings .app=${app}></remote-settings>`}
      <problem-list .app=${app} .origins=${ORIGINS}></problem-list>
      ${callProgress(page.call, t.asking)}
      ${
        local
          ? html`<div class="halves">
            ${loadedModels(page, (event, model) => void this.#act(cardOf(event), () => page.unload(model)))}
            <storage-panel .app=${app} .deleteModel=${(model: string) => page.delete(model)}></storage-panel>
          </div>`
          : nothing
      }
      ${this.#catalogue()}
      <input
        id="model-folder"
        type="file"
        hidden
        webkitdirectory
        multiple
        aria-label=${t.folder}
        @change=${(event: Event) => page.import(this.#importing, takeFiles(event))}
      />
      ${local ? this.#strip() : nothing}
    </div>`;
  }

  /** What is going on in cards that are out of sight. */
  #strip() {
    const t = words().models;
    const { tasks, failures } = this.page.state;
    const hidden = [...new Set([...Object.keys(tasks), ...Object.keys(failures)])].filter(
      (model) => !this.#inSight.has(model),
    );
    if (hidden.length === 0) return nothing;
    return html`<section class="strip" aria-label=${t.strip}>
      <ul>
        ${repeat(
          hidden,
          (model) => model,
          (model) => html`<li data-strip=${model}>
            <div>
              ${tasks[model] ? taskProgress(model, tasks[model]) : html`<p class="gap">${model}: ${failures[model]?.title}</p>`}
            </div>
            <button type="button" @click=${() => this.#goTo(model)}>
              ${t.show}<span class="visually-hidden"> ${model}</span>
            </button>
          </li>`,
        )}
      </ul>
    </section>`;
  }

  #goTo(model: string): void {
    // A filter may hide its card.
    this.page.update({ kind: 'all', use: 'all', onlyHere: false, words: '' });
    void this.updateComplete.then(() => {
      const card = this.#card(model);
      card?.querySelector('.model-actions')?.scrollIntoView({ block: 'center' });
      card?.querySelector<HTMLElement>('.state')?.focus({ preventScroll: true });
    });
  }

  /**
   * Does something with a model from its card, and keeps the focus there: on Cancel while it lasts, on what became of
   * it afterwards. The button that takes the old one's place would do something else.
   */
  async #act(card: Element | null, run: () => Promise<void>): Promise<void> {
    const ended = run();
    await this.#rendered();
    card?.querySelector<HTMLElement>('[data-action="cancel"]')?.focus();
    await ended;
    await this.#rendered();
    const { activeElement } = document;
    if (activeElement !== document.body && activeElement?.isConnected && !card?.contains(activeElement))
      return;
    const target = card?.isConnected ? card.querySelector<HTMLElement>('.state') : undefined;
    (target ?? this.querySelector<HTMLElement>('#memory-title'))?.focus({ preventScroll: true });
  }

  /** Deletes a model; asks before it where that cannot be taken back: it may have been long on its way. */
  async #remove(card: Element | null, model: string, bytes: number): Promise<void> {
    if (this.page.isRestorable(model)) return this.#act(card, () => this.page.delete(model));
    const t = words().models;
    const question = {
      title: t.confirmDelete(model),
      lost: [t.deleted(formatBytes(bytes))],
      action: t.delete,
    };
    if (await confirmed(question)) await this.#act(card, () => this.page.delete(model));
  }

  async #rendered(): Promise<void> {
    this.requestUpdate();
    await this.updateComplete;
  }

  #catalogue() {
    const { app, page } = this;
    const t = words().models;
    const { models, sort } = page.state;
    if (!models) {
      return app.side === 'remote'
        ? html`<section class="card">
          <h3>${t.at(app.place)}</h3>
          <div class="row">
            <button type="button" class="primary" @click=${this.#list}>${t.showModels}</button>
          </div>
        </section>`
        : nothing;
    }
    const shown = sortedModels(filtered(page.state), sort, app.state.capabilities.local?.device);
    return html`<section aria-labelledby="catalogue-title">
      <div class="answers-head">
        <h3 id="catalogue-title" tabindex="-1">${t.catalogue}</h3>
        <p class="timings" data-testid="model-count">${t.count(shown.length, models.length)}</p>
      </div>
      ${modelFilters(page)}
      <ul class="model-cards">
        ${repeat(
          shown,
          ({ info }) => info.id,
          (model) => modelCard(page, model, this.#actions),
        )}
      </ul>
      ${shown.length === 0 ? html`<p class="hint">${t.noneFits}</p>` : nothing}
    </section>`;
  }

  #list = async (): Promise<void> => {
    await this.page.list();
    await this.#rendered();
    this.querySelector<HTMLElement>('#catalogue-title')?.focus();
  };
}

/** The card, or the entry of a list, that a press came from. */
const cardOf = (event: Event): Element | null => (event.currentTarget as Element).closest('li');

customElements.define('models-page', ModelsPage);
