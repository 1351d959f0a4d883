import type { LabelScore } from '@nearfield/spec';
import { html, nothing, type TemplateResult } from 'lit';
import { languageInUse } from '../words/in-use.ts';
import { words } from '../words/language.ts';

/** Bars shown before the rest is folded away. */
const SHOWN = 6;

const percent = (score: number): string =>
  new Intl.NumberFormat(languageInUse(), {
    style: 'percent',
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  }).format(score);

const bars = (scores: readonly LabelScore[], best: string | undefined) =>
  html`<ol class="scores">
    ${scores.map(
      ({ label, score }) => html`<li data-label=${label} data-best=${label === best ? 'yes' : 'no'}>
        <span class="name" dir="auto">${label}</span>
        <meter min="0" max="1" .value=${score} aria-hidden="true"></meter>
        <span class="value">${percent(score)}</span>
      </li>`,
    )}
  </ol>`;

/** Labels with their scores as bars, the best first. */
export function labelScores(predictions: readonly LabelScore[]): TemplateResult {
  const ranked = predictions.toSorted((a, b) => b.score - a.score);
  const best = ranked[0]?.label;
  const rest = ranked.slice(SHOWN);
  return html`${bars(ranked.slice(0, SHOWN), best)}
  ${
    rest.length > 0
      ? html`<details class="rest">
        <summary>${words().classify.more(rest.length)}</summary>
        ${bars(rest, best)}
      </details>`
      : nothing
  }`;
}
