import type { LoadedModel, ModelCheck, ModelFacts, ModelInfo } from '@nearfield/spec';
import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { callProgress } from '../elements/call-progress.ts';
import { modelProgress } from '../elements/model-progress.ts';
import { fieldValue, PageElement, takeFiles } from '../elements/page-element.ts';
import { formatBytes, formatCount, formatPlural } from '../shell/format.ts';
import { answersFor, SERVED_MODELS } from '../shell/model-choices.ts';
import type { Problem } from '../shell/problems.ts';
import '../elements/problem-list.ts';
import '../elements/remote-settings.ts';
import '../elements/storage-panel.ts';
import {
  type Catalogue,
  catalogueOf,
  type Doing,
  filtered,
  type KindFilter,
  type ListedModel,
  type ModelTask,
} from './catalogue.ts';

const KINDS: Record<KindFilter, string> = {
  all: 'all kinds',
  embedding: 'embedding',
  reranker: 'reranker',
  clip: 'text and image',
  colbert: 'multi-vector',
  sparse: 'sparse',
  chat: 'chat',
};

const COMMERCIAL: Record<ModelFacts['commercialUse']['answer'], string> = {
  yes: 'commercial use: yes',
  'licence-needed': 'commercial use: needs a licence',
  unknown: 'commercial use: not known',
};

const CHECKS: Record<ModelCheck['result'], string> = {
  passed: 'passed',
  remembered: 'passed before',
  skipped: 'nothing to compare with',
};

const DEVICES: Record<LoadedModel['device'], string> = { webgpu: 'WebGPU', wasm: 'CPU', cpu: 'CPU' };

const DOING: Record<Doing, string> = {
  load: 'Loading',
  unload: 'Unloading',
  export: 'Exporting',
  import: 'Importing',
  delete: 'Deleting',
};

const ORIGINS = ['models'] as const;

const megabytes = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });

/** The catalogue, what is in memory, and what is stored. */
class ModelsPage extends PageElement<Catalogue> {
  /** The departure of the foundation whose models are listed. */
  #listed: AbortSignal | undefined;
  /** The model that the folder being chosen belongs to. */
  #importing = '';

  /** Rows that something is going on in, and those of them that are in sight. */
  #observer: IntersectionObserver | undefined;
  readonly #inSight = new Set<string>();

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

  /** Looks whether the rows that something is going on in are in sight. */
  #observe(): void {
    const { tasks, failures } = this.page.state;
    const active = new Set([...Object.keys(tasks), ...Object.keys(failures)]);
    for (const row of this.querySelectorAll<HTMLElement>('tr[data-model]')) {
      if (active.has(row.dataset.model!)) this.#observer?.observe(row);
      else this.#observer?.unobserve(row);
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
    const local = app.side === 'local';
    return html`<div class="page">
      <div class="page-head"><h2 tabindex="-1">Models</h2></div>
      ${local ? nothing : html`<remote-settings .app=${app}></remote-settings>`}
      <problem-list .app=${app} .origins=${ORIGINS}></problem-list>
      ${callProgress(page.call, 'Asking for the models')}
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
        aria-label="Folder with the files of a model"
        @change=${(event: Event) => page.import(this.#importing, takeFiles(event))}
      />
      ${local ? this.#strip() : nothing}
    </div>`;
  }

  /** What is going on in rows that are out of sight. */
  #strip() {
    const { tasks, failures } = this.page.state;
    const hidden = [...new Set([...Object.keys(tasks), ...Object.keys(failures)])].filter(
      (model) => !this.#inSight.has(model),
    );
    if (hidden.length === 0) return nothing;
    return html`<section class="strip" aria-label="Models that something is done with">
      <ul>
        ${repeat(
          hidden,
          (model) => model,
          (model) => html`<li data-strip=${model}>
            <div>${this.#going(model, tasks[model], failures[model])}</div>
            <button type="button" @click=${() => this.#goTo(model)}>
              Show<span class="visually-hidden"> ${model}</span>
            </button>
          </li>`,
        )}
      </ul>
    </section>`;
  }

  #going(model: string, task: ModelTask | undefined, failure: Problem | undefined) {
    if (!task) return html`<p class="gap">${model}: ${failure?.title}</p>`;
    if (task.loading && task.loading.took === undefined) return modelProgress(task.loading);
    return html`<p>${task.waiting ? `${model} waits until the others are loaded.` : `${DOING[task.doing]} ${model}…`}</p>`;
  }

  #goTo(model: string): void {
    // A filter may hide its row.
    this.page.update({ kind: 'all', onlyHere: false, words: '' });
    void this.updateComplete.then(() => {
      const row = this.querySelector<HTMLElement>(`tr[data-model="${CSS.escape(model)}"]`);
      row?.scrollIntoView({ block: 'center' });
      row?.querySelector<HTMLElement>('.state')?.focus({ preventScroll: true });
    });
  }

  /**
   * Does something with a model from its row, and keeps the focus there: on Cancel while it lasts, on what became of
   * it afterwards. The button that takes the old one's place would do something else.
   */
  async #act(event: Event, run: () => Promise<void>): Promise<void> {
    const row = (event.currentTarget as HTMLElement).closest('tr, li');
    const ended = run();
    await this.#rendered();
    row?.querySelector<HTMLElement>('[data-action="cancel"]')?.focus();
    await ended;
    await this.#rendered();
    const { activeElement } = document;
    if (activeElement !== document.body && activeElement?.isConnected && !row?.contains(activeElement))
      return;
    const target = row?.isConnected ? row.querySelector<HTMLElement>('.state') : undefined;
    (target ?? this.querySelector<HTMLElement>('#memory-title'))?.focus({ preventScroll: true });
  }

  async #rendered(): Promise<void> {
    this.requestUpdate();
    await this.updateComplete;
  }

  #memory() {
    const { device, loaded = [] } = this.app.state.capabilities.local ?? {};
    return html`<section class="card" aria-labelledby="memory-title">
      <h3 id="memory-title" tabindex="-1">In memory</h3>
      ${device ? html`<p class="hint">${DEVICES[device.device]}: ${device.reason}</p>` : nothing}
      ${
        loaded.length === 0
          ? html`<p class="hint">
            No model. Load one below: it is downloaded, prepared, and compared with published values before it answers.
          </p>`
          : html`<ul class="loaded">
            ${loaded.map((model) => this.#loaded(model))}
          </ul>`
      }
    </section>`;
  }

  #loaded({
    id,
    part,
    device,
    dtype,
    reason,
    dimensions,
    maxTokens,
    bytes,
    batchInvariance,
    check,
  }: LoadedModel) {
    return html`<li data-loaded=${id}>
      <div class="answer-head">
        <strong>${id}${part ? ` (${part})` : ''}</strong>
        <button
          type="button"
          ?disabled=${this.page.state.tasks[id] !== undefined}
          @click=${(event: Event) => this.#act(event, () => this.page.unload(id))}
        >
          Unload<span class="visually-hidden"> ${id}</span>
        </button>
      </div>
      <dl class="facts">
        <dt>Device</dt>
        <dd>${DEVICES[device]}, ${dtype}, ${formatBytes(bytes)}<span class="why">${reason}</span></dd>
        <dt>Check</dt>
        <dd data-check=${check?.result ?? 'none'}>
          ${check ? `${CHECKS[check.result]}${figuresOf(check)}` : 'none'}
          ${check ? html`<span class="why">${check.reason}</span>` : nothing}
        </dd>
        <dt>Size</dt>
        <dd>${dimensions > 0 ? `${formatCount(dimensions)} dimensions, ` : ''}${formatCount(maxTokens)} tokens</dd>
        <dt>Batches</dt>
        <dd>${batchInvariance.reason}</dd>
      </dl>
    </li>`;
  }

  #catalogue() {
    const { app, page } = this;
    const { models, kind, onlyHere, words } = page.state;
    if (!models) {
      return app.side === 'remote'
        ? html`<section class="card">
          <h3>Models ${app.place}</h3>
          <div class="row">
            <button type="button" class="primary" @click=${this.#list}>Show the models</button>
          </div>
        </section>`
        : nothing;
    }
    const shown = filtered(page.state);
    return html`<section aria-labelledby="catalogue-title">
      <div class="answers-head">
        <h3 id="catalogue-title" tabindex="-1">Catalogue</h3>
        <p class="timings" data-testid="model-count">
          ${formatCount(shown.length)} of ${formatPlural(models.length, 'model')}
        </p>
      </div>
      <div class="filters">
        <div class="field">
          <label for="model-words">Name, language or licence</label>
          <input
            id="model-words"
            type="search"
            .value=${words}
            @input=${(event: Event) => page.update({ words: fieldValue(event) })}
          />
        </div>
        <div class="field">
          <label for="model-kind">Kind</label>
          <select
            id="model-kind"
            @change=${(event: Event) => page.update({ kind: fieldValue(event) as KindFilter })}
          >
            ${Object.entries(KINDS).map(([value, label]) => html`<option value=${value} ?selected=${value === kind}>${label}</option>`)}
          </select>
        </div>
        <label class="check">
          <input
            type="checkbox"
            .checked=${onlyHere}
            @change=${(event: Event) => page.update({ onlyHere: (event.currentTarget as HTMLInputElement).checked })}
          />
          only those that run in a browser
        </label>
      </div>
      <table class="catalogue">
        <thead>
          <tr>
            <th scope="col">Model</th>
            <th scope="col">Size</th>
            <th scope="col">Licence</th>
            <th scope="col">Files</th>
            <th scope="col">Here</th>
          </tr>
        </thead>
        <tbody>
          ${repeat(
            shown,
            ({ info }) => info.id,
            (model) => this.#row(model),
          )}
        </tbody>
      </table>
      ${shown.length === 0 ? html`<p class="hint">No model fits.</p>` : nothing}
    </section>`;
  }

  #row({ info, facts }: ListedModel) {
    const id = facts?.id ?? info.id;
    return html`<tr data-model=${id}>
      <th scope="row">
        <span class="model-id">${id}</span>
        <span class="kind">${facts ? KINDS[facts.kind] : (info.output_modalities[0] ?? '')}</span>
        <span class="hint">${info.description}</span>
      </th>
      <td data-label="Size">
        ${facts?.dimensions === undefined ? nothing : html`<p>${formatCount(facts.dimensions)} dimensions</p>`}
        ${info.context_length > 0 ? html`<p>${formatCount(info.context_length)} tokens</p>` : nothing}
        ${facts?.parameters === undefined ? nothing : html`<p>${formatCount(facts.parameters / 1e6)} M parameters</p>`}
      </td>
      <td data-label="Licence">
        ${
          facts
            ? html`<p>${facts.licence}</p>
              <p class="hint" title=${facts.commercialUse.why}>${COMMERCIAL[facts.commercialUse.answer]}</p>`
            : html`<p class="hint">not in the catalogue</p>`
        }
      </td>
      <td data-label="Files">${facts?.local.runs ? filesOf(facts.local.sources, this.app.side === 'local' && SERVED_MODELS.includes(id)) : html`<p class="hint">none for a browser</p>`}</td>
      <td data-label="Here">${this.app.side === 'local' ? this.#here(id, facts) : this.#there(info)}</td>
    </tr>`;
  }

  #there(info: ModelInfo) {
    if (answersFor(info)) return html`<p class="hint">answers ${this.app.place}</p>`;
    const { local } = info.nearfield!;
    return html`<p class="hint">
      Not ${this.app.place}${local.runs ? '' : html`: ${local.reason}${local.instead ? ` Instead: ${local.instead}.` : ''}`}
    </p>`;
  }

  #list = async (): Promise<void> => {
    await this.page.list();
    await this.#rendered();
    this.querySelector<HTMLElement>('#catalogue-title')?.focus();
  };

  #here(id: string, facts: ModelFacts | undefined) {
    if (!facts) return nothing;
    const { local } = facts;
    if (!local.runs) {
      return html`<p class="hint">Not in a browser: ${local.reason}${local.instead ? html` Instead: ${local.instead}.` : nothing}</p>`;
    }
    const { stored, capabilities } = this.app.state;
    const usage = stored.find(({ model }) => model === id);
    const loaded = capabilities.local?.loaded?.some((model) => model.id === id) ?? false;
    const { page } = this;
    const task = page.state.tasks[id];
    const failure = page.state.failures[id];
    const action = (label: string, run: (event: Event) => void) =>
      html`<button type="button" @click=${run}>
        ${label}<span class="visually-hidden"> ${id}</span>
      </button>`;
    return html`<p class="state" tabindex="-1">
        ${loaded ? 'in memory' : usage?.complete ? 'stored' : usage ? 'partly stored' : 'runs here'}${usage ? `, ${formatBytes(usage.bytes)}` : ''}
      </p>
      ${
        task
          ? html`<div class="row-task" aria-label="Progress" role="group">
            ${this.#going(id, task, undefined)}
            <button type="button" data-action="cancel" @click=${task.cancel}>
              Cancel<span class="visually-hidden"> ${id}</span>
            </button>
          </div>`
          : html`<div class="row">
            ${loaded ? nothing : action('Load', (event) => this.#act(event, () => page.load(id)))}
            ${usage?.complete ? action('Export', (event) => this.#act(event, () => page.export(id))) : nothing}
            ${
              usage
                ? action('Delete', (event) => this.#act(event, () => page.delete(id)))
                : action('Import', () => this.#chooseFolder(id))
            }
          </div>`
      }
      ${failure ? this.#failure(id, failure) : nothing}
      ${local.caution ? html`<p class="hint">${local.caution}</p>` : nothing}`;
  }

  #failure(id: string, { code, origin, title, message, advice }: Problem) {
    return html`<div role="alert">
      <article class="problem" data-code=${code} data-origin=${origin}>
        <div>
          <h4>${title}</h4>
          <p>${message}</p>
          <p class="advice">${advice}</p>
        </div>
        <button type="button" class="quiet icon" aria-label="Dismiss: ${title}" @click=${() => this.#dismiss(id)}>
          <span aria-hidden="true">×</span>
        </button>
      </article>
    </div>`;
  }

  #dismiss(id: string): void {
    this.page.dismiss(id);
    this.querySelector<HTMLElement>(`tr[data-model="${CSS.escape(id)}"] .state`)?.focus({
      preventScroll: true,
    });
  }

  #chooseFolder(id: string): void {
    this.#importing = id;
    this.querySelector<HTMLInputElement>('#model-folder')?.click();
  }
}

/** `; lowest cosine 0.9998 of 2 values`. */
function figuresOf({ goldens, cosine, logitError }: ModelCheck): string {
  if (goldens === 0) return '';
  const values = `${formatCount(goldens)} published ${goldens === 1 ? 'value' : 'values'}`;
  if (cosine !== undefined) return `: ${values}, lowest cosine ${cosine.toFixed(5)}`;
  if (logitError !== undefined) return `: ${values}, largest difference ${logitError.toFixed(4)}`;
  return `: ${values}`;
}

/** Sizes of each precision. Where every task has its own files, those of one. */
function filesOf(sources: Extract<ModelFacts['local'], { runs: true }>['sources'], served: boolean) {
  const repositories = new Set(sources.map(({ repository }) => repository));
  const [first] = repositories;
  const graphs = sources.filter(({ repository }) => repository === first);
  return html`${graphs.map(
    ({ graph, megabytes: sizes }) => html`<p>
        ${graphs.length > 1 ? html`${graph}: ` : nothing}${Object.entries(sizes)
          .map(([dtype, size]) => `${dtype} ${megabytes.format(size)}`)
          .join(' · ')}
        MB
      </p>`,
  )}
    <p class="hint">
      ${served ? 'from this site' : (first ?? 'on no hub')}${repositories.size > 1 ? `, one of ${repositories.size} by task` : ''}
    </p>`;
}

customElements.define('models-page', ModelsPage);
