import { html, nothing, type TemplateResult } from 'lit';
import { type Answerer, placeOf } from '../shell/answerer.ts';
import { formatDuration } from '../shell/format.ts';
import { words } from '../words/language.ts';
import { slots } from '../words/slots.ts';
import { failoverNote } from './failover-note.ts';

export interface AnsweredByFacts {
  /** From `app.answererOf(answer)`. */
  answerer: Pick<Answerer, 'side' | 'host' | 'failover'>;
  /** Model, tokenizer, or whatever else gave the answer. Left out where there is only one that could. */
  model?: string | undefined;
  /** Milliseconds, the loading of the model left out. */
  took?: number | undefined;
  /** Tokens that the answer counts as used. */
  tokens?: number | undefined;
  /** Names the time for tests, as `data-timing`. */
  timing?: string | undefined;
  /** Further facts of the same line, each in a `span`. */
  more?: TemplateResult | typeof nothing | undefined;
}

/**
 * Who gave an answer, where, in what time, for how many tokens, in one line under the heading of the answer; and, in Auto,
 * why somebody else was asked than first.
 *
 * @example answeredBy({ answerer: app.answererOf(response), model, took, tokens: response.usage.total_tokens, timing: 'rerank' })
 */
export function answeredBy({ answerer, model, took, tokens, timing, more }: AnsweredByFacts): TemplateResult {
  const place = placeOf(answerer);
  return html`<div class="answered-by">
    <p class="timings" data-answered=${answerer.side}>
      <span>${model === undefined ? words().elements.answeredAt(place) : words().elements.answeredBy(model, place)}</span>
      ${took === undefined ? nothing : html`<span>${slots(words().elements.inTime, { time: html`<span data-timing=${timing ?? nothing}>${formatDuration(took)}</span>` })}</span>`}
      ${tokens === undefined ? nothing : html`<span>${words().counts.tokens(tokens)}</span>`}
      ${more ?? nothing}
    </p>
    ${failoverNote(answerer.failover)}
  </div>`;
}
