import { html, nothing, type TemplateResult } from 'lit';
import { answeredBy } from '../elements/answered-by.ts';
import { staleNote } from '../elements/stale-note.ts';
import type { Asked } from '../shell/page-state.ts';
import { words } from '../words/language.ts';
import type { Classified } from './classified.ts';
import { labelScores } from './label-scores.ts';

/** Title, model, place, time and tokens of a result. */
export function resultHead(
  title: string,
  { answerer, model, took, tokens }: Classified<unknown>,
): TemplateResult {
  return html`<div class="answers-head">
    <h3>${title}</h3>
    ${answeredBy({ answerer, model, took, tokens, timing: 'classify' })}
  </div>`;
}

/**
 * Texts with the scores of their labels.
 * @param asked what the form asks for now
 */
export function textResults(
  result: (Classified<string> & Asked) | undefined,
  asked: string,
): TemplateResult | typeof nothing {
  if (!result) return nothing;
  return html`<section aria-label=${words().classify.result}>
    ${resultHead(words().classify.result, result)} ${staleNote(result.asked !== asked)}
    <ol class="answers">
      ${result.items.map(
        ({
          item,
          prediction,
          predictions,
        }) => html`<li class="answer classified" data-prediction=${prediction}>
          <p dir="auto">${item}</p>
          ${labelScores(predictions)}
        </li>`,
      )}
    </ol>
  </section>`;
}
