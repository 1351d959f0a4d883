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
import { formatPlural } from '../shell/format.ts';
import { type Reading, readingOf, type Source } from './reading.ts';

const ORIGINS = ['read'] as const;

const SOURCES: Record<Source, string> = { paste: 'Pasted HTML', file: 'A file', address: 'An address' };

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
      <div class="page-head"><h2 tabindex="-1">Read</h2></div>
      ${app.state.mode === 'local' ? nothing : html`<remote-settings .app=${app}></remote-settings>`}
      <div class="halves even">
        ${this.#form()}
        <div class="results">
          <problem-list .app=${app} .origins=${ORIGINS}></problem-list>
          ${callProgress(page.call, page.state.result ? 'Working' : 'Reading')} ${this.#result()}
        </div>
      </div>
    </div>`;
  }

  #form() {
    const { page } = this;
    const { source } = page.state;
    return html`<form class="card" aria-label="Document" @submit=${this.#submit}>
      <p class="hint">
        The main content of a web page or a PDF as Markdown, without menus and notices. Scripts of the page do not run,
        and nothing that it embeds is loaded.
      </p>
      <fieldset class="read-sources">
        <legend>Read</legend>
        ${Object.entries(SOURCES).map(
          ([value, label]) => html`<label>
            <input
              type="radio"
              name="read-source"
              .value=${value}
              .checked=${value === source}
              @change=${() => {
                page.gaps.check({});
                page.update({ source: value as Source });
              }}
            />
            ${label}
          </label>`,
        )}
      </fieldset>
      ${source === 'paste' ? this.#paste() : source === 'file' ? this.#file() : this.#address()}
      <div class="row"><button type="submit" class="primary">Read</button></div>
    </form>`;
  }

  #paste() {
    const { gaps, state } = this.page;
    return html`<div class="field">
      <label for="read-html">Source of the page</label>
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
    return html`<div class="field">
      <label for="read-file">HTML or PDF file</label>
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
        ${state.file ? `Chosen: ${state.file.name}` : 'Or drop it anywhere on this page.'}
      </p>
      ${gapText(gaps, 'read-file')}
    </div>`;
  }

  #address() {
    const { app, page } = this;
    const { gaps, state } = page;
    return html`<div class="field">
      <label for="read-address">Address</label>
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
            ? `Fetched ${app.place}.`
            : `This browser may fetch what sites open to other pages (CORS)${app.asksServer ? '; the rest is fetched by the server' : '; of others, save the page and choose the file'}.`
        }
      </p>
      ${gapText(gaps, 'read-address')}
    </div>`;
  }

  #result() {
    const { result } = this.page.state;
    if (!result) return nothing;
    const { page, links, answerer, took, tokens, asked } = result;
    return html`<section aria-label="Result">
      <div class="answers-head">
        <h3 dir="auto" data-testid="read-title">${page.title || 'Without a title'}</h3>
        ${answeredBy({ answerer, took, tokens, timing: 'read' })}
      </div>
      ${staleNote(asked !== this.page.asked)}
      ${page.description ? html`<p class="hint" dir="auto" data-testid="read-description">${page.description}</p>` : nothing}
      ${page.warning ? html`<p class="hint" dir="auto">${page.warning}</p>` : nothing}
      ${this.#question()} ${this.#ranking()}
      <section aria-labelledby="read-content-title">
        <h4 id="read-content-title">Markdown</h4>
        <pre class="read-content" dir="auto" tabindex="0" aria-labelledby="read-content-title" role="region">${page.content}</pre>
      </section>
      ${links.length > 0 ? this.#links(links) : nothing}
    </section>`;
  }

  #question() {
    const { gaps, state } = this.page;
    return html`<form class="read-question" aria-label="Question" @submit=${this.#ask}>
      <div class="field">
        <label for="read-question">Ask this page</label>
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
      <button type="submit">Ask</button>
    </form>`;
  }

  #ranking() {
    const { ranking } = this.page.state;
    if (!ranking) return nothing;
    const { passages, question, total, took, tokens } = ranking;
    return html`<section aria-labelledby="read-passages-title">
      <div class="answers-head">
        <h4 id="read-passages-title" dir="auto">Passages for “${question}”</h4>
        ${answeredBy({
          answerer: { side: 'local', host: '', failover: undefined },
          model: 'minilm-reranker',
          took,
          tokens,
          timing: 'rank',
          more: html`<span>best of ${formatPlural(total, 'passage')}</span>`,
        })}
      </div>
      <ol class="answers">
        ${passages.map(
          ({ headings, text, score }) => html`<li class="answer" data-testid="read-passage">
            <div class="answer-head">
              <h5 dir="auto">${headings.join(' › ')}</h5>
              <span class="score"><span class="visually-hidden">Score</span> ${score.toFixed(3)}</span>
            </div>
            <p class="read-passage" dir="auto">${text}</p>
          </li>`,
        )}
      </ol>
    </section>`;
  }

  #links(links: readonly [text: string, url: string][]) {
    return html`<details class="read-links">
      <summary>${formatPlural(links.length, 'link')}</summary>
      <ul>
        ${links
          .slice(0, SHOWN_LINKS)
          .map(
            ([text, url]) =>
              html`<li><a href=${url} target="_blank" rel="noopener noreferrer" dir="auto">${text}</a></li>`,
          )}
      </ul>
      ${links.length > SHOWN_LINKS ? html`<p class="hint">and ${formatPlural(links.length - SHOWN_LINKS, 'more link', 'more links')}</p>` : nothing}
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
