import { html, nothing } from 'lit';
import { ArrivingFiles } from '../app/arrivals.ts';
import { answeredBy } from '../elements/answered-by.ts';
import { callProgress } from '../elements/call-progress.ts';
import { FileDrop } from '../elements/file-drop.ts';
import { gapId, gapText } from '../elements/gap.ts';
import { fieldValue, PageElement, submitOnEnter, takeFiles } from '../elements/page-element.ts';
import '../elements/problem-list.ts';
import '../elements/remote-settings.ts';
import { staleNote } from '../elements/stale-note.ts';
import { decimalText } from '../text/decimal.ts';
import { words } from '../words/language.ts';
import { slots } from '../words/slots.ts';
import { type Reading, readingOf, type Source } from './reading.ts';

const ORIGINS = ['read'] as const;

const SOURCES: readonly Source[] = ['paste', 'file', 'address'];

/** Links that are listed. */
const SHOWN_LINKS = 100;

/** Pages and documents as Markdown. */
class ReadPage extends PageElement<Reading> {
  readonly drop = new FileDrop(this, ([file]) => void this.page.take(file!));
  readonly arrivals = new ArrivingFiles(this, 'read', (files) => void this.page.receive(files));

  protected override open(): Reading {
    return readingOf(this.app);
  }

  protected override render() {
    const { app, page } = this;
    return html`<div class="page">
      <div class="page-head"><h2 tabindex="-1">${words().pages.read}</h2></div>
      ${app.state.mode === 'local' ? nothing : html`<remote-settings .app=${app}></remote-settings>`}
      <div class="halves even">
        ${this.#form()}
        <div class="results">
          <problem-list .app=${app} .origins=${ORIGINS}></problem-list>
          ${callProgress(page.call, page.state.result ? words().read.working : words().read.reading)} ${this.#result()}
        </div>
      </div>
    </div>`;
  }

  #form() {
    const { page } = this;
    const { source } = page.state;
    const text = words().read;
    return html`<form class="card" aria-label=${text.form} @submit=${this.#submit}>
      <p class="hint">${text.about}</p>
      <fieldset class="read-sources">
        <legend>${text.from}</legend>
        ${SOURCES.map(
          (value) => html`<label>
            <input
              type="radio"
              name="read-source"
              .value=${value}
              .checked=${value === source}
              @change=${() => {
                page.gaps.check({});
                page.update({ source: value });
              }}
            />
            ${text.sources[value]}
          </label>`,
        )}
      </fieldset>
      ${source === 'paste' ? this.#paste() : source === 'file' ? this.#file() : this.#address()}
      <div class="row"><button type="submit" class="primary">${text.read}</button></div>
    </form>`;
  }

  #paste() {
    const { gaps, state } = this.page;
    return html`<div class="field">
      <label for="read-html">${words().read.html}</label>
      <textarea
        id="read-html"
        rows="12"
        dir="auto"
        spellcheck="false"
        aria-invalid=${gaps.of('read-html') ? 'true' : nothing}
        aria-describedby=${gapId(gaps, 'read-html')}
        .value=${state.html}
        @input=${(event: Event) => {
          gaps.clear('read-html');
          this.page.update({ html: fieldValue(event) });
        }}
        @keydown=${submitOnEnter}
      ></textarea>
      ${gapText(gaps, 'read-html')}
    </div>`;
  }

  #file() {
    const { gaps, state } = this.page;
    const text = words().read;
    return html`<div class="field">
      <label for="read-file">${text.file}</label>
      <input
        id="read-file"
        type="file"
        accept=".html,.htm,.xhtml,.md,.txt,.pdf,text/html,application/pdf"
        aria-invalid=${gaps.of('read-file') ? 'true' : nothing}
        aria-describedby=${gaps.of('read-file') ? 'read-file-gap' : 'read-file-hint'}
        @change=${(event: Event) => {
          const [file] = takeFiles(event);
          if (file) void this.page.take(file);
        }}
      />
      <p id="read-file-hint" class="hint" dir="auto">
        ${state.file ? text.chosen(state.file.name) : text.drop}
      </p>
      ${gapText(gaps, 'read-file')}
    </div>`;
  }

  #address() {
    const { app, page } = this;
    const { gaps, state } = page;
    const text = words().read;
    return html`<div class="field">
      <label for="read-address">${text.address}</label>
      <input
        id="read-address"
        type="text"
        inputmode="url"
        autocapitalize="off"
        autocomplete="off"
        spellcheck="false"
        placeholder="https://…"
        aria-invalid=${gaps.of('read-address') ? 'true' : nothing}
        aria-describedby=${gaps.of('read-address') ? 'read-address-gap' : 'read-address-hint'}
        .value=${state.address}
        @input=${(event: Event) => {
          gaps.clear('read-address');
          page.update({ address: fieldValue(event) });
        }}
      />
      <p id="read-address-hint" class="hint">
        ${
          app.state.mode === 'remote'
            ? text.fetched(app.place)
            : app.asksServer
              ? text.fetchedByEither
              : text.fetchedHere
        }
      </p>
      ${gapText(gaps, 'read-address')}
    </div>`;
  }

  #result() {
    const { result } = this.page.state;
    if (!result) return nothing;
    const { page, links, answerer, took, tokens, asked } = result;
    const text = words().read;
    return html`<section aria-label=${text.result}>
      <div class="answers-head">
        <h3 dir="auto" data-testid="read-title">${page.title || text.untitled}</h3>
        ${answeredBy({ answerer, took, tokens, timing: 'read' })}
      </div>
      ${staleNote(asked !== this.page.asked)}
      ${page.description ? html`<p class="hint" dir="auto" data-testid="read-description">${page.description}</p>` : nothing}
      ${page.warning ? html`<p class="hint" dir="auto">${page.warning}</p>` : nothing}
      ${this.#question()} ${this.#ranking()}
      <div class="read-markdown">
        <h4 id="read-content-title">${text.markdown}</h4>
        <pre class="read-content" dir="auto" tabindex="0" aria-labelledby="read-content-title" role="region">${page.content}</pre>
      </div>
      ${links.length > 0 ? this.#links(links) : nothing}
    </section>`;
  }

  #question() {
    const { gaps, state } = this.page;
    const text = words().read;
    return html`<form class="read-question" aria-label=${text.question} @submit=${this.#ask}>
      <div class="field">
        <label for="read-question">${text.askPage}</label>
        <input
          id="read-question"
          dir="auto"
          autocomplete="off"
          aria-invalid=${gaps.of('read-question') ? 'true' : nothing}
          aria-describedby=${gapId(gaps, 'read-question')}
          .value=${state.question}
          @input=${(event: Event) => {
            gaps.clear('read-question');
            this.page.update({ question: fieldValue(event) });
          }}
        />
        ${gapText(gaps, 'read-question')}
      </div>
      <button type="submit">${text.ask}</button>
    </form>`;
  }

  #ranking() {
    const { ranking } = this.page.state;
    if (!ranking) return nothing;
    const { passages, question, total, took, tokens } = ranking;
    const text = words().read;
    return html`<section aria-labelledby="read-passages-title">
      <div class="answers-head">
        <h4 id="read-passages-title" dir="auto">${slots(text.passagesFor, { question })}</h4>
        ${answeredBy({
          answerer: { side: 'local', host: '', failover: undefined },
          model: 'minilm-reranker',
          took,
          tokens,
          timing: 'rank',
          more: html`<span>${text.bestOf(total)}</span>`,
        })}
      </div>
      <ol class="answers">
        ${passages.map(
          ({ headings, text: passage, score }) => html`<li class="answer" data-testid="read-passage">
            <div class="answer-head">
              ${headings.length > 0 ? html`<h5 dir="auto">${headings.join(' › ')}</h5>` : nothing}
              <span class="score"><span class="visually-hidden">${text.score}</span> ${decimalText(score, 3)}</span>
            </div>
            <p class="read-passage" dir="auto">${passage}</p>
          </li>`,
        )}
      </ol>
    </section>`;
  }

  #links(links: readonly [text: string, url: string][]) {
    return html`<details class="read-links">
      <summary>${words().read.links(links.length)}</summary>
      <ul>
        ${links
          .slice(0, SHOWN_LINKS)
          .map(
            ([text, url]) =>
              html`<li><a href=${url} target="_blank" rel="noopener noreferrer" dir="auto">${text}</a></li>`,
          )}
      </ul>
      ${links.length > SHOWN_LINKS ? html`<p class="hint">${words().read.moreLinks(links.length - SHOWN_LINKS)}</p>` : nothing}
    </details>`;
  }

  #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    void this.page.read().then((fits) => (fits ? undefined : this.focusGap()));
  };

  #ask = (event: SubmitEvent): void => {
    event.preventDefault();
    void this.page.ask().then((fits) => (fits ? undefined : this.focusGap()));
  };
}

customElements.define('read-page', ReadPage);
