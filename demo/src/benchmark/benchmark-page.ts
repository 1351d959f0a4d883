import { html, nothing, type TemplateResult } from 'lit';
import { callProgress } from '../elements/call-progress.ts';
import { PageElement } from '../elements/page-element.ts';
import '../elements/problem-list.ts';
import { adoptStyles } from '../playground/adopt-styles.ts';
import { copyText } from '../playground/copy-text.ts';
import { formatBytes, formatCount, formatDuration } from '../shell/format.ts';
import { saveFile } from '../shell/save-file.ts';
import { words } from '../words/language.ts';
import css from './benchmark.css?inline';
import { type BenchDevice, type Benchmarking, benchmarkingOf } from './benchmarking.ts';
import type { Length } from './measures.ts';
import { formatRatio } from './ratio.ts';
import { type Figure, figuresOf, toJson, toMarkdown } from './report.ts';

adoptStyles(css);

const ORIGINS = ['benchmark'] as const;
const GIGABYTE = 1e9;

/** The engine measured in this browser, beside the figures that the project has published. */
class BenchmarkPage extends PageElement<Benchmarking> {
  protected override open(): Benchmarking {
    return benchmarkingOf(this.app);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.page.learn();
  }

  protected override render() {
    const { app } = this;
    return html`<div class="page benchmark">
        <div class="page-head"><h2 tabindex="-1">${words().pages.benchmark}</h2></div>
        <div class="halves even">
          ${this.#form()} ${this.#machine()}
        </div>
        <problem-list .app=${app} .origins=${ORIGINS}></problem-list>
        ${this.#progress()}
        ${this.#figures()}
      </div>`;
  }

  /** The model on its way, then the step of the measurement. */
  #progress() {
    const { page } = this;
    const { running, loading } = page.call.state;
    const { step } = page.state;
    const text = words().benchmark;
    if (!step || (loading && loading.took === undefined)) return callProgress(page.call, text.preparing);
    if (!running) return nothing;
    return html`<section class="card activity" aria-label=${words().common.progress}>
      <div class="progress" data-state="working">
        <p class="progress-line"><strong>${text.measures[step.measure]}…</strong></p>
        <progress max=${step.total} .value=${step.done} aria-label=${text.steps}></progress>
      </div>
      <button type="button" data-action="cancel" @click=${() => page.call.cancel()}>${words().common.cancel}</button>
    </section>`;
  }

  #form() {
    const { page } = this;
    const { device, length, machine } = page.state;
    const text = words().benchmark;
    const { running } = page.call.state;
    const option = <Name extends string>(
      name: 'device' | 'length',
      value: Name,
      chosen: Name,
      label: string,
      isDisabled = false,
    ) =>
      html`<label class="check">
        <input
          type="radio"
          name="benchmark-${name}"
          .value=${value}
          .checked=${value === chosen}
          ?disabled=${running || isDisabled}
          @change=${() => page.choose({ [name]: value })}
        />
        ${label}
      </label>`;
    return html`<form class="card" aria-labelledby="benchmark-title" @submit=${this.#submit}>
      <h3 id="benchmark-title">${text.title}</h3>
      <p>${text.about}</p>
      <fieldset class="choices">
        <legend>${text.device}</legend>
        ${option<BenchDevice>('device', 'wasm', device, text.devices.wasm)}
        ${option<BenchDevice>('device', 'webgpu', device, text.devices.webgpu, !machine?.adapter || machine.adapter.isSoftware)}
        ${machine?.adapter?.isSoftware ? html`<p class="hint">${text.softwareAdapter}</p>` : nothing}
        ${machine && !machine.adapter ? html`<p class="hint">${text.noAdapter}</p>` : nothing}
      </fieldset>
      <fieldset class="choices">
        <legend>${text.length}</legend>
        ${option<Length>('length', 'short', length, text.lengths.short)}
        ${option<Length>('length', 'long', length, text.lengths.long)}
      </fieldset>
      <p class="hint">${text.load}</p>
      <div class="row"><button type="submit" class="primary" ?disabled=${running}>${text.run}</button></div>
    </form>`;
  }

  #machine() {
    const { machine, report } = this.page.state;
    const text = words().benchmark;
    if (!machine) return nothing;
    const { browser, cores, memory, isIsolated, adapter } = machine;
    const threads = report && words().counts.threads(report.threads);
    return html`<section class="card" aria-labelledby="machine-title">
      <h3 id="machine-title">${text.machine}</h3>
      <dl class="facts">
        <dt>${text.browser}</dt>
        <dd>${browser}</dd>
        <dt>${text.cores}</dt>
        <dd>${formatCount(cores)}</dd>
        ${memory === undefined ? nothing : html`<dt>${text.memory}</dt><dd>${text.atLeast(formatBytes(memory * GIGABYTE))}</dd>`}
        <dt>${text.isolation}</dt>
        <dd>${isIsolated ? text.isolated : text.notIsolated}</dd>
        ${threads === undefined ? nothing : html`<dt>${text.threads}</dt><dd>${threads}</dd>`}
        ${report?.memory === undefined ? nothing : html`<dt>${text.memoryInUse}</dt><dd>${text.memoryOf(formatBytes(report.memory))}</dd>`}
        <dt>${text.adapter}</dt>
        <dd>${adapter ? `${adapter.name}${adapter.isSoftware ? ` (${text.inSoftware})` : ''}` : text.none}</dd>
      </dl>
    </section>`;
  }

  #figures(): TemplateResult | typeof nothing {
    const { app, page } = this;
    const { report, measured, device } = page.state;
    const text = words().benchmark;
    const threads = crossOriginIsolated ? navigator.hardwareConcurrency : 1;
    const figures = report?.figures ?? figuresOf(measured, { device, threads });
    if (figures.length === 0) return nothing;
    return html`<section class="card" aria-labelledby="figures-title">
      <h3 id="figures-title">${text.figures}</h3>
      <div class="scrolls" role="region" tabindex="0" aria-labelledby="figures-title">
        <table class="figures" data-testid="figures">
          <thead>
            <tr>
              <th scope="col">${text.what}</th>
              <th scope="col">${text.median}</th>
              <th scope="col">${text.speed}</th>
              <th scope="col">${text.against}</th>
              <th scope="col">${text.peers}</th>
            </tr>
          </thead>
          <tbody>
            ${figures.map((figure) => this.#row(figure))}
          </tbody>
        </table>
      </div>
      <p class="hint">${text.compared}</p>
      ${
        report
          ? html`<div class="row">
              <button type="button" @click=${() => copyText(app, toMarkdown(report))}>${text.copyMarkdown}</button>
              <button type="button" @click=${() => copyText(app, toJson(report))}>${text.copyJson}</button>
              <button
                type="button"
                @click=${() => saveFile('nearfield-benchmark.json', new Blob([toJson(report)], { type: 'application/json' }))}
              >
                ${text.downloadJson}
              </button>
              ${'share' in navigator ? html`<button type="button" @click=${this.#share}>${text.share}</button>` : nothing}
            </div>`
          : nothing
      }
    </section>`;
  }

  #row(figure: Figure) {
    const { measure, items, rounds, median, spread, p95, perSecond, timesPublished, published } = figure;
    const text = words().benchmark;
    return html`<tr data-measure=${measure}>
      <th scope="row">${text.rows[measure](items)}</th>
      <td>
        ${formatDuration(median)} <span class="hint">${rounds > 1 ? `± ${formatDuration(spread)}` : ''}${p95 === undefined ? '' : `, p95 ${formatDuration(p95)}`}${rounds > 1 ? '; ' : ''}${text.rounds(rounds)}</span>
      </td>
      <td>${perSecond === undefined ? '–' : text.perSecond(formatRatio(perSecond))}</td>
      <td>${timesPublished === undefined ? '–' : text.times(formatRatio(timesPublished))}</td>
      <td>${published ? text.peer(published.row.peer.name, formatRatio(published.peerTimes)) : '–'}</td>
    </tr>`;
  }

  #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    void this.page.run();
  };

  #share = (): void => {
    const { report } = this.page.state;
    if (!report) return;
    // Closing the dialog of the system is no error.
    navigator.share({ title: 'Nearfield', text: toMarkdown(report) }).catch(() => undefined);
  };
}

customElements.define('benchmark-page', BenchmarkPage);
