import { html, nothing } from 'lit';
import { placed } from '../elements/dropped-files.ts';
import { takeFiles } from '../elements/page-element.ts';
import { formatCount, formatDuration } from '../shell/format.ts';
import { saveFile } from '../shell/save-file.ts';
import { languageInUse } from '../words/in-use.ts';
import { words } from '../words/language.ts';
import { Batch, resultsAsCsv, resultsAsJson } from './batch.ts';
import { TeachElement } from './teach-element.ts';
import type { Teaching } from './teaching.ts';

/** Results that are shown; files have them all. */
const SHOWN = 10;

const batches = new WeakMap<Teaching, Batch>();

/** The batch of a page: it goes on while another page is shown. */
const batchOf = (page: Teaching): Batch => {
  const batch = batches.get(page) ?? new Batch(page);
  batches.set(page, batch);
  return batch;
};

/** Classifies a table or a folder with what was learnt. */
class TeachBatch extends TeachElement {
  declare private batch: Batch;
  #stop: (() => void) | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.batch = batchOf(this.page);
    this.#stop = this.batch.subscribe(() => this.requestUpdate());
  }

  override disconnectedCallback(): void {
    this.#stop?.();
    super.disconnectedCallback();
  }

  protected override updated(): void {
    void this.batch.restore();
  }

  protected override render() {
    const { project, learner } = this.page;
    if (!project || (!learner.state.learnt && this.batch.state.name === undefined)) return nothing;
    const text = words().teach;
    const { name, running } = this.batch.state;
    const pictures = project.kind === 'pictures';
    return html`<section class="card batch" aria-labelledby="batch-title">
      <h3 id="batch-title" tabindex="-1">${text.batch}</h3>
      ${name === undefined ? html`<p class="hint">${pictures ? text.batchPictures : text.batchTexts}</p>` : this.#progress(name)}
      ${
        running
          ? nothing
          : html`<div class="row">
            <button type="button" ?disabled=${!learner.state.learnt} @click=${() => this.#pick('#batch-files')}>${text.batchFiles}</button>
            <button type="button" ?disabled=${!learner.state.learnt} @click=${() => this.#pick('#batch-folder')}>${text.batchFolder}</button>
          </div>`
      }
      <input
        id="batch-files"
        type="file"
        hidden
        multiple
        accept=${pictures ? 'image/*,.svg' : '.txt,.md,.csv,.tsv,.jsonl,.ndjson,text/*'}
        aria-label=${text.batchFiles}
        @change=${this.#chosen}
      />
      <input id="batch-folder" type="file" hidden multiple webkitdirectory aria-label=${text.batchFolder} @change=${this.#chosen} />
    </section>`;
  }

  #progress(name: string) {
    const { batch } = this;
    const text = words().teach;
    const { total, results, running, left } = batch.state;
    const done = results.length;
    return html`<div class="progress" data-testid="batch" data-done=${done} data-total=${total}>
        <p class="progress-line">
          <strong dir="auto">${name}</strong>
          <span>
            ${text.batchOf(done, total)}${left !== undefined && running ? ` · ${text.timeLeft(formatDuration(left))}` : ''}
          </span>
        </p>
        <progress max=${total} .value=${done} aria-label=${text.batch}></progress>
      </div>
      <div class="row">
        ${
          running
            ? html`<button type="button" data-action="cancel" @click=${() => batch.cancel()}>${words().common.cancel}</button>`
            : done < total
              ? html`<button type="button" class="primary" @click=${() => batch.resume()}>${text.batchResume}</button>`
              : nothing
        }
        ${
          done > 0
            ? html`<button type="button" @click=${() => this.#save('csv')}>CSV</button>
              <button type="button" @click=${() => this.#save('json')}>JSON</button>`
            : nothing
        }
        ${running ? nothing : html`<button type="button" class="quiet" @click=${this.#remove}>${text.batchRemove}</button>`}
      </div>
      ${done > 0 ? this.#results() : nothing}`;
  }

  #results() {
    const text = words().teach;
    const { results } = this.batch.state;
    const score = new Intl.NumberFormat(languageInUse(), { style: 'percent' });
    return html`<div class="scrolls" tabindex="0" role="group" aria-label=${text.batchResults}>
      <table class="results-table">
        <caption class="visually-hidden">${text.batchResults}</caption>
        <thead>
          <tr>
            <th scope="col">${text.item}</th>
            <th scope="col">${text.label}</th>
            <th scope="col">${text.score}</th>
          </tr>
        </thead>
        <tbody>
          ${results.slice(0, SHOWN).map(
            ({ text: item, label, score: value }) => html`<tr data-label=${label ?? ''}>
              <td dir="auto">${item}</td>
              <td dir="auto">${label ?? text.none}</td>
              <td>${score.format(value)}</td>
            </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${results.length > SHOWN ? html`<p class="hint">${text.batchMore(formatCount(results.length - SHOWN))}</p>` : nothing}`;
  }

  #pick(selector: string): void {
    this.querySelector<HTMLInputElement>(selector)?.click();
  }

  readonly #chosen = (event: Event): void => {
    void this.batch.start(placed(takeFiles(event)));
  };

  readonly #remove = (): void => {
    void this.batch.remove();
    this.querySelector<HTMLElement>('#batch-title')?.focus();
  };

  #save(form: 'csv' | 'json'): void {
    const { name = '', results } = this.batch.state;
    const base = `${name.replace(/\.\w+$/u, '')}-classified`;
    // A mark at the start, by which spreadsheets see that it is UTF-8.
    const blob =
      form === 'csv'
        ? new Blob([`\uFEFF${resultsAsCsv(results)}`], { type: 'text/csv' })
        : new Blob([resultsAsJson(results)], { type: 'application/json' });
    saveFile(`${base}.${form}`, blob);
  }
}

customElements.define('teach-batch', TeachBatch);
