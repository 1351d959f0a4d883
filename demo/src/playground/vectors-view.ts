import { html, nothing, svg, type TemplateResult } from 'lit';
import { decimalText } from '../text/decimal.ts';
import { words } from '../words/language.ts';
import { bars, SHOWN_VECTORS, similarities } from './vectors.ts';

const BARS = 96;
const HEIGHT = 32;

/** Vectors as bars, and how near they are to each other. */
export function vectorsView(
  vectors: readonly Float32Array[],
  texts: readonly string[],
): TemplateResult | typeof nothing {
  if (vectors.length === 0) return nothing;
  const text = words().playground;
  return html`<section class="card" aria-labelledby="vectors-title">
    <h3 id="vectors-title">${text.vectors}</h3>
    <ol class="vectors">
      ${vectors.map(
        (vector, index) => html`<li>
          <span class="vector-text" dir="auto">${texts[index] ?? ''}</span>
          ${picture(vector)}
          <span class="hint">${text.numbers(vector.length)}</span>
        </li>`,
      )}
    </ol>
    ${texts.length > SHOWN_VECTORS ? html`<p class="hint">${text.firstVectors(SHOWN_VECTORS)}</p>` : nothing}
    ${vectors.length > 1 ? matrix(vectors, texts) : nothing}
  </section>`;
}

function picture(vector: Float32Array): TemplateResult {
  const values = bars(vector, BARS);
  return html`<svg class="bars" viewBox="0 0 ${values.length} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true">
    ${values.map((value, index) => {
      const height = (Math.abs(value) * HEIGHT) / 2;
      return svg`<rect x=${index} width="0.8" y=${value > 0 ? HEIGHT / 2 - height : HEIGHT / 2} height=${height}></rect>`;
    })}
  </svg>`;
}

function matrix(vectors: readonly Float32Array[], texts: readonly string[]): TemplateResult {
  const text = words().playground;
  const values = similarities(vectors);
  const label = (index: number): string => texts[index] ?? String(index + 1);
  return html`<div class="scrolls" role="region" tabindex="0" aria-labelledby="matrix-title">
    <table class="matrix">
      <caption id="matrix-title">${text.similarity}</caption>
      <thead>
        <tr>
          <td></td>
          ${values.map((_, index) => html`<th scope="col"><abbr title=${label(index)}>${index + 1}</abbr></th>`)}
        </tr>
      </thead>
      <tbody>
        ${values.map(
          (row, index) => html`<tr>
            <th scope="row" dir="auto"><span class="place">${index + 1}</span> ${label(index)}</th>
            ${row.map(
              (value) =>
                html`<td .style=${`--share: ${Math.round(Math.max(0, Math.min(1, value)) * 100)}%`}>${decimalText(value, 2)}</td>`,
            )}
          </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
