import {
  findModel,
  SEGMENT_STRATEGIES,
  type SegmentStrategy,
  type SegmentToken,
  TOKENIZERS,
} from '@nearfield/spec';
import { html, LitElement, nothing } from 'lit';
import { answeredBy } from '../elements/answered-by.ts';
import { callProgress } from '../elements/call-progress.ts';
import { gapId, gapText } from '../elements/gap.ts';
import { modelField } from '../elements/model-field.ts';
import { fieldValue, PageElement, submitOnEnter } from '../elements/page-element.ts';
import { formatCount } from '../shell/format.ts';
import '../elements/problem-list.ts';
import '../elements/remote-settings.ts';
import { staleNote } from '../elements/stale-note.ts';
import { words } from '../words/language.ts';
import { type Part, type Segmenting, segmentingOf } from './segmenting.ts';

/** Colours that chunks and tokens take turns in. */
const COLOURS = 5;

const PARTS: readonly Part[] = ['all', 'head', 'tail'];

const ORIGINS = ['segment'] as const;

/** A text in coloured chunks. */
class SegmentPage extends PageElement<Segmenting> {
  protected override open(): Segmenting {
    return segmentingOf(this.app);
  }

  protected override render() {
    const { app, page } = this;
    return html`<div class="page">
      <div class="page-head"><h2 tabindex="-1">${words().pages.segment}</h2></div>
      ${app.state.mode !== 'local' ? html`<remote-settings .app=${app}></remote-settings>` : nothing}
      <div class="halves even">
        ${this.#form()}
        <div class="results">
          <problem-list .app=${app} .origins=${ORIGINS}></problem-list>
          ${callProgress(page.call, words().segment.segmenting)} ${this.#result()}
        </div>
      </div>
    </div>`;
  }

  #form() {
    const { app, page } = this;
    const { content, options } = page.state;
    const { strategy, maxChunkLength, overlap, part, partLength } = options;
    const text = words().segment;
    const unit = strategy === 'tokens' ? 'tokens' : 'characters';
    return html`<form class="card" aria-label=${text.form} @submit=${this.#submit}>
      <div class="field">
        <label for="segment-content">${text.text}</label>
        <textarea
          id="segment-content"
          rows="12"
          dir="auto"
          aria-invalid=${page.gaps.of('segment-content') ? 'true' : nothing}
          aria-describedby=${gapId(page.gaps, 'segment-content')}
          .value=${content}
          @input=${(event: Event) => {
            page.gaps.clear('segment-content');
            page.update({ content: fieldValue(event) });
          }}
          @keydown=${submitOnEnter}
        ></textarea>
        ${gapText(page.gaps, 'segment-content')}
      </div>
      <div class="options">
        ${this.#tokenizers()}
        <div class="field">
          <label for="segment-strategy">${text.strategy}</label>
          <select
            id="segment-strategy"
            @change=${(event: Event) => page.setOption('strategy', fieldValue(event) as SegmentStrategy)}
          >
            ${SEGMENT_STRATEGIES.map((each) => html`<option value=${each} ?selected=${each === strategy}>${text.strategies[each]}</option>`)}
          </select>
        </div>
        <div class="field">
          <label for="segment-length">${text.longest[unit]}</label>
          <input
            id="segment-length"
            type="number"
            min="1"
            step="1"
            placeholder="1000"
            .value=${maxChunkLength}
            @input=${(event: Event) => page.setOption('maxChunkLength', fieldValue(event))}
          />
        </div>
        <div class="field">
          <label for="segment-overlap">${text.overlap[unit]}</label>
          <input
            id="segment-overlap"
            type="number"
            min="0"
            step="1"
            placeholder="0"
            aria-invalid=${page.gaps.of('segment-overlap') ? 'true' : nothing}
            aria-describedby=${gapId(page.gaps, 'segment-overlap')}
            .value=${overlap}
            @input=${(event: Event) => page.setOption('overlap', fieldValue(event))}
          />
          ${gapText(page.gaps, 'segment-overlap')}
        </div>
        <div class="field">
          <label for="segment-part">${text.part}</label>
          <select id="segment-part" @change=${(event: Event) => page.setOption('part', fieldValue(event) as Part)}>
            ${PARTS.map((each) => html`<option value=${each} ?selected=${each === part}>${text.parts[each]}</option>`)}
          </select>
        </div>
        ${
          part === 'all'
            ? nothing
            : html`<div class="field">
              <label for="segment-part-length">${text.partLength}</label>
              <input
                id="segment-part-length"
                type="number"
                min="1"
                step="1"
                .value=${partLength}
                @input=${(event: Event) => page.setOption('partLength', fieldValue(event))}
              />
            </div>`
        }
        ${
          strategy === 'semantic'
            ? modelField({
                app,
                id: 'segment-model',
                label: text.embedder,
                need: { endpoint: 'embeddings', modality: 'text' },
                models: page.state.models,
                choose: (model, side) => page.setModel(model, side),
              })
            : nothing
        }
      </div>
      ${app.state.mode === 'remote' ? html`<p class="hint">${text.hosted}</p>` : nothing}
      <div class="row"><button type="submit" class="primary">${text.segment}</button></div>
    </form>`;
  }

  #tokenizers() {
    const { app, page } = this;
    const { tokenizer } = page.state.options;
    const text = words().segment;
    const option = (name: string) =>
      html`<option value=${name} ?selected=${name === tokenizer}>${name}</option>`;
    const models =
      app.side === 'local'
        ? (app.state.capabilities.local?.models ?? []).filter((id) =>
            findModel(id)?.modalities.includes('text'),
          )
        : [];
    return html`<div class="field">
      <label for="segment-tokenizer">${text.tokenizer}</label>
      <select id="segment-tokenizer" @change=${(event: Event) => page.setOption('tokenizer', fieldValue(event))}>
        <optgroup label=${text.ofApi}>${TOKENIZERS.map(option)}</optgroup>
        ${models.length > 0 ? html`<optgroup label=${text.ofModel}>${models.map(option)}</optgroup>` : nothing}
      </select>
    </div>`;
  }

  #result() {
    const { result } = this.page.state;
    if (!result) return nothing;
    const { response, took, answerer, content, asked } = result;
    const {
      chunks = [],
      chunk_positions: positions = [],
      tokens = [],
      special_tokens: special = [],
    } = response;
    const text = words().segment;
    const said = words().counts;
    return html`<section aria-label=${text.result}>
      <div class="answers-head">
        <h3>
          <span data-testid="chunk-count">${text.chunks(chunks.length)}</span>,
          <span data-testid="token-count">${said.tokens(response.num_tokens)}</span>
        </h3>
        ${answeredBy({
          answerer,
          model: response.tokenizer,
          took,
          timing: 'segment',
          more: html`<span>${text.characters(content.length)}</span>`,
        })}
      </div>
      ${staleNote(asked !== this.page.asked)}
      ${
        special.length > 0
          ? html`<p class="hint" data-testid="special-tokens">
            ${text.specialTokens} ${special.map((token) => html`<code>${token}</code> `)}
          </p>`
          : nothing
      }
      <ol class="chunks">
        ${chunks.map(
          (chunk, index) => html`<li class="chunk" data-colour=${index % COLOURS}>
            <p class="chunk-head">
              <span>${index + 1}</span>
              ${positionText(positions[index])}
              <span>${text.characters(chunk.length)}</span>
              ${tokens[index] ? html`<span>${said.tokens(countOf(tokens[index]))}</span>` : nothing}
            </p>
            <p class="chunk-text" dir="auto">${chunk}</p>
            ${tokens[index] ? html`<token-list .tokens=${tokens[index]}></token-list>` : nothing}
          </li>`,
        )}
      </ol>
    </section>`;
  }

  #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    void this.page.segment().then((fits) => (fits ? undefined : this.focusGap()));
  };
}

const positionText = (position: readonly [number, number] | undefined) =>
  position ? html`<span>${formatCount(position[0])} – ${formatCount(position[1])}</span>` : nothing;

const countOf = (tokens: readonly SegmentToken[]): number =>
  tokens.reduce((sum, [, ids]) => sum + ids.length, 0);

/** The tokens of a chunk with their ids, drawn only when they are asked for. */
class TokenList extends LitElement {
  static override readonly properties = { tokens: { attribute: false }, open: { state: true } };
  declare tokens: readonly SegmentToken[];
  declare private open: boolean;

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override render() {
    return html`<details @toggle=${this.#toggle}>
      <summary>${words().segment.tokens}</summary>
      ${
        this.open
          ? html`<ol class="tokens">
            ${this.tokens.map(
              ([text, ids]) =>
                html`<li><span class="token" dir="auto">${visible(text)}</span><span class="ids">${ids.join(' ')}</span></li>`,
            )}
          </ol>`
          : nothing
      }
    </details>`;
  }

  #toggle = (event: Event): void => {
    this.open = (event.currentTarget as HTMLDetailsElement).open;
  };
}

/** Spaces and line breaks as signs, so that they can be seen. */
const visible = (text: string): string =>
  text.replaceAll(' ', '·').replaceAll('\n', '↵').replaceAll('\r', '␍').replaceAll('\t', '⇥');

customElements.define('segment-page', SegmentPage);
customElements.define('token-list', TokenList);
