import type { LoadedModel } from '@nearfield/spec';
import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { callProgress } from '../elements/call-progress.ts';
import { confirmed } from '../elements/confirmed.ts';
import { libraryText } from '../elements/library-text.ts';
import { fieldValue, PageElement, takeFiles } from '../elements/page-element.ts';
import { formatBytes } from '../shell/format.ts';
import '../elements/problem-list.ts';
import '../elements/remote-settings.ts';
import '../elements/storage-panel.ts';
import { words } from '../words/language.ts';
import { type Catalogue, catalogueOf, filtered, type KindFilter, type UseFilter } from './catalogue.ts';
import { checkText } from './check-text.ts';
import { type SortBy, sortedModels } from './choosing.ts';
import { type CardActions, modelCard } from './model-card.ts';
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
            ${this.#memory()}
            <storage-panel .app=${app}></storage-panel>
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

  /** Asks before a model is deleted: it may have been long on its way. */
  async #remove(card: Element | null, model: string, bytes: number): Promise<void> {
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

  #memory() {
    const t = words().models;
    const { device, loaded = [] } = this.app.state.capabilities.local ?? {};
    return html`<section class="card" aria-labelledby="memory-title">
      <h3 id="memory-title" tabindex="-1">${t.memory}</h3>
      ${device ? html`<p class="hint">${t.devices[device.device]}: ${libraryText(device.reason)}</p>` : nothing}
      ${
        loaded.length === 0
          ? html`<p class="hint">${t.noneLoaded}</p>`
          : html`<ul class="loaded">
            ${loaded.map((model) => this.#loaded(model))}
          </ul>`
      }
    </section>`;
  }

  #loaded({
    id,
    part,
    runtime,
    device,
    dtype,
    reason,
    dimensions,
    maxTokens,
    bytes,
    batchInvariance,
    check,
  }: LoadedModel) {
    const t = words().models;
    return html`<li data-loaded=${id}>
      <div class="answer-head">
        <strong>${id}${part ? ` (${part})` : ''}</strong>
        <button
          type="button"
          ?disabled=${this.page.state.tasks[id] !== undefined}
          @click=${(event: Event) => this.#act(cardOf(event), () => this.page.unload(id))}
        >
          ${t.unload}<span class="visually-hidden"> ${id}</span>
        </button>
      </div>
      <dl class="facts">
        <dt>${t.device}</dt>
        <dd>${t.devices[device]}, ${dtype}, ${formatBytes(bytes)}<span class="why">${libraryText(reason)}</span></dd>
        ${
          runtime
            ? html`<dt>${t.runtime}</dt>
              <dd data-runtime=${runtime.name}>${t.runtimes[runtime.name]}<span class="why">${libraryText(runtime.reason)}</span></dd>`
            : nothing
        }
        <dt>${t.check}</dt>
        <dd data-check=${check?.result ?? 'none'}>
          ${checkText(check)} ${check ? html`<span class="why">${libraryText(check.reason)}</span>` : nothing}
        </dd>
        <dt>${t.size}</dt>
        <dd>
          ${[...(dimensions > 0 ? [t.dimensions(dimensions)] : []), words().counts.tokens(maxTokens)].join(', ')}
        </dd>
        <dt>${t.batches}</dt>
        <dd>${libraryText(batchInvariance.reason)}</dd>
      </dl>
    </li>`;
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
      ${this.#filters()}
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

  #filters() {
    const { page } = this;
    const t = words().models;
    const { kind, use, sort, onlyHere, words: typed } = page.state;
    return html`<div class="filters">
      <div class="field">
        <label for="model-words">${t.filterWords}</label>
        <input
          id="model-words"
          type="search"
          .value=${typed}
          @input=${(event: Event) => page.update({ words: fieldValue(event) })}
        />
      </div>
      ${choice('model-kind', t.kind, t.kinds, kind, (value) => page.update({ kind: value as KindFilter }))}
      ${choice('model-use', t.use, t.uses, use, (value) => page.update({ use: value as UseFilter }))}
      ${choice('model-sort', t.sort, t.sorts, sort, (value) => page.update({ sort: value as SortBy }))}
      <label class="check">
        <input
          type="checkbox"
          .checked=${onlyHere}
          @change=${(event: Event) => page.update({ onlyHere: (event.currentTarget as HTMLInputElement).checked })}
        />
        ${t.onlyHere}
      </label>
    </div>`;
  }

  #list = async (): Promise<void> => {
    await this.page.list();
    await this.#rendered();
    this.querySelector<HTMLElement>('#catalogue-title')?.focus();
  };
}

/** The card, or the entry of a list, that a press came from. */
const cardOf = (event: Event): Element | null => (event.currentTarget as Element).closest('li');

/** A field that chooses one of a few values. */
function choice(
  id: string,
  label: string,
  options: Readonly<Record<string, string>>,
  chosen: string,
  choose: (value: string) => void,
) {
  return html`<div class="field">
    <label for=${id}>${label}</label>
    <select id=${id} @change=${(event: Event) => choose(fieldValue(event))}>
      ${Object.entries(options).map(
        ([value, text]) => html`<option value=${value} ?selected=${value === chosen}>${text}</option>`,
      )}
    </select>
  </div>`;
}

customElements.define('models-page', ModelsPage);
