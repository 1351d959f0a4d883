import { html, nothing, type TemplateResult } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import { live } from 'lit/directives/live.js';
import { answeredBy } from '../elements/answered-by.ts';
import { callProgress } from '../elements/call-progress.ts';
import { gapId, gapText } from '../elements/gap.ts';
import { fieldValue, PageElement, submitOnEnter } from '../elements/page-element.ts';
import '../elements/problem-list.ts';
import '../elements/remote-settings.ts';
import { staleNote } from '../elements/stale-note.ts';
import { saveFile } from '../shell/save-file.ts';
import { words } from '../words/language.ts';
import { adoptStyles } from './adopt-styles.ts';
import { codeView } from './code-view.ts';
import { copyText } from './copy-text.ts';
import { WHOLE } from './faults.ts';
import { jsonView } from './json-view.ts';
import { OPERATIONS, type Operation, operationOf } from './operations.ts';
import css from './playground.css?inline';
import { type Playing, playingOf } from './playing.ts';
import { requestForm, summaryOf } from './request-form.ts';
import { samplesOf } from './samples.ts';
import { LONG_LINK } from './share.ts';
import { tabList } from './tab-list.ts';
import { inputTexts, vectorsOf } from './vectors.ts';
import { vectorsView } from './vectors-view.ts';

adoptStyles(css);

const ORIGINS = ['playground'] as const;

/** Operation and request of an address. */
function addressed(hash: string): { name: string; query: string } {
  const [, name = '', query = ''] = /^#\/playground\/?([^?]*)\??(.*)$/su.exec(hash) ?? [];
  return { name, query };
}

/** The first operation of each method, for the list of methods. */
const METHODS: readonly Operation[] = OPERATIONS.filter(
  ({ method }, index) => OPERATIONS.findIndex((each) => each.method === method) === index,
);

/** Every endpoint of the contract: its request as a form, its answer, and the code of this very call. */
class PlaygroundPage extends PageElement<Playing> {
  #baseUrl = '';

  protected override open(): Playing {
    return playingOf(this.app);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('hashchange', this.#navigate);
    this.#navigate();
  }

  override disconnectedCallback(): void {
    window.removeEventListener('hashchange', this.#navigate);
    super.disconnectedCallback();
  }

  protected override willUpdate(): void {
    const { baseUrl } = this.app.state.remote;
    if (this.#baseUrl !== '' && baseUrl !== this.#baseUrl) void this.page.renewCode();
    this.#baseUrl = baseUrl;
  }

  protected override render() {
    const { app, page } = this;
    const text = words().playground;
    return html`<div class="page playground">
      <div class="page-head"><h2 tabindex="-1">${words().pages.playground}</h2></div>
      <p class="hint">${text.about}</p>
      ${app.state.mode !== 'local' ? html`<remote-settings .app=${app}></remote-settings>` : nothing}
      ${this.#endpoints()}
      <div class="halves even">
        ${this.#form()}
        ${codeView(app, page)}
      </div>
      <div class="results">
        <problem-list .app=${app} .origins=${ORIGINS}></problem-list>
        ${callProgress(page.call, text.running)} ${this.#outcome()}
      </div>
    </div>`;
  }

  #endpoints() {
    const { operation } = this.page.state;
    const calls = OPERATIONS.filter(({ method }) => method === operation.method);
    const link = (name: string, title: string, isCurrent: boolean) =>
      html`<a href="#/playground/${name}" aria-current=${isCurrent ? 'true' : nothing}>${title}</a>`;
    return html`<nav class="ways endpoints" aria-label=${words().playground.endpoints}>
        ${METHODS.map(({ method, name }) => link(name, method, method === operation.method))}
      </nav>
      ${
        calls.length < 2
          ? nothing
          : html`<nav class="ways" aria-label=${words().playground.callsOf(operation.method)}>
              ${calls.map(({ name }) => link(name, name, name === operation.name))}
            </nav>`
      }`;
  }

  #form() {
    const { page } = this;
    const { operation, view } = page.state;
    const text = words().playground;
    const samples = samplesOf(operation.name);
    return html`<form class="card request" aria-labelledby="request-title" @submit=${this.#submit}>
      <div class="card-head">
        <h3 id="request-title"><code>${operation.name}</code></h3>
        ${tabList({
          label: text.views,
          controls: 'request-view',
          tabs: [
            { name: 'form', title: text.form },
            { name: 'json', title: text.json },
          ],
          chosen: view,
          choose: (name) => page.setView(name),
        })}
      </div>
      <p class="hint">${summaryOf(operation.method)}</p>
      ${page.isMissing ? this.#missing() : nothing}
      ${
        samples.length === 1 && samples[0].name === 'plain'
          ? nothing
          : html`<div class="row samples" role="group" aria-label=${text.samplesLabel}>
              <span class="hint">${text.samplesLabel}</span>
              ${samples.map(
                (sample) =>
                  html`<button type="button" class="sample" @click=${() => page.useSample(sample)}>
                    ${text.samples[sample.name]}
                  </button>`,
              )}
            </div>`
      }
      <div id="request-view" role="tabpanel" aria-labelledby="request-view-${view}" class="field-grid">
        ${view === 'form' ? keyed(operation, requestForm(page)) : this.#json()} ${view === 'form' ? gapText(page.gaps, WHOLE) : nothing}
      </div>
      <div class="row">
        <button type="submit" class="primary">${text.run}</button>
        <button type="button" data-action="share" @click=${this.#share}>${text.share}</button>
      </div>
      ${this.#link()}
    </form>`;
  }

  /** Where this call would be answered, as it is not here. */
  #missing(): TemplateResult {
    const { app, page } = this;
    const { operation } = page.state;
    const text = words().playground;
    const here = app.state.capabilities.local?.methods[operation.method] ?? true;
    const advice = operation.isOptional
      ? text.localHas
      : app.side === 'remote'
        ? here
          ? text.localHas
          : text.hostedHas
        : text.remoteHas;
    return html`<p class="stale" data-testid="missing">${text.missing(operation.name, app.place)} ${advice}</p>`;
  }

  #json() {
    const { page } = this;
    return html`<div class="field">
      <label for="request-json">${words().playground.requestJson}</label>
      <textarea
        id="request-json"
        class="code"
        rows="14"
        spellcheck="false"
        dir="ltr"
        aria-invalid=${page.gaps.of(WHOLE) === undefined ? nothing : 'true'}
        aria-describedby=${gapId(page.gaps, WHOLE)}
        .value=${live(page.state.json)}
        @keydown=${submitOnEnter}
        @input=${(event: Event) => page.setJson(fieldValue(event))}
      ></textarea>
      ${gapText(page.gaps, WHOLE)}
    </div>`;
  }

  #link() {
    const { link } = this.page.state;
    if (link === undefined) return nothing;
    const text = words().playground;
    return html`<div class="field">
      <label for="share-link">${text.link}</label>
      <input id="share-link" readonly dir="ltr" .value=${link} @focus=${(event: Event) => (event.currentTarget as HTMLInputElement).select()} />
      <p class="hint">${text.linkHolds}${link.length > LONG_LINK ? ` ${text.longLink}` : ''}</p>
    </div>`;
  }

  #outcome() {
    const { app, page } = this;
    const { outcome } = page.state;
    if (!outcome) return nothing;
    const { operation, request, response, json, answerer, took, tokens } = outcome;
    const text = words().playground;
    const model = typeof request.model === 'string' ? request.model : undefined;
    const vectors = operation.name === 'embeddings' ? vectorsOf(response) : [];
    const whole = (): string => JSON.stringify(json, undefined, 2) ?? '';
    return html`${staleNote(outcome.asked !== page.asked)}
      <div class="card" data-outcome=${operation.name}>
        <div class="card-head">
          <h3 id="response-title">${text.response}</h3>
          <div class="row">
            <button type="button" @click=${() => copyText(app, whole())}>${text.copyAll}</button>
            <button
              type="button"
              @click=${() => saveFile(`${operation.name}.json`, new Blob([whole()], { type: 'application/json' }))}
            >
              ${text.download}
            </button>
          </div>
        </div>
        ${answeredBy({ answerer, model, took, tokens, timing: 'playground' })}
        ${json === undefined ? html`<p class="hint">${text.noAnswer}</p>` : jsonView(json, text.response)}
      </div>
      ${vectorsView(vectors, inputTexts(request))}`;
  }

  #navigate = (): void => {
    const { name, query } = addressed(location.hash);
    void this.page.open(operationOf(decodeURIComponent(name)).name, query).then((hadRequest) => {
      // The form is what counts from now on: the address would soon say something else.
      if (hadRequest)
        history.replaceState(history.state, '', `#/playground/${this.page.state.operation.name}`);
    });
  };

  #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    void this.page.run().then((fits) => (fits ? undefined : this.focusGap()));
  };

  #share = (): void => {
    void this.page.share(location.href).then((link) => copyText(this.app, link));
  };
}

customElements.define('playground-page', PlaygroundPage);
