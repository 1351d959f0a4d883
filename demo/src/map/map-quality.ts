import { html, nothing } from 'lit';
import { decimalText } from '../text/decimal.ts';
import { languageInUse } from '../words/in-use.ts';
import { words } from '../words/language.ts';
import { slots } from '../words/slots.ts';
import type { Mapped } from './map-state.ts';

const figure = (value: number | undefined): string => (value === undefined ? '–' : decimalText(value, 2));

/** How much of the vectors the map shows. */
export function mapQuality({ quality, explained }: Mapped) {
  if (!quality?.pca) return nothing;
  const t = words().map;
  const share = new Intl.NumberFormat(languageInUse(), { style: 'percent' }).format(explained);
  return html`<section class="map-quality" aria-labelledby="map-quality-title">
    <h3 id="map-quality-title">${t.quality}</h3>
    <p data-testid="map-quality">
      ${slots(quality.umap ? t.trust : t.trustPcaOnly, {
        pca: html`<strong>${figure(quality.pca.value)}</strong>`,
        umap: html`<strong>${figure(quality.umap?.value)}</strong>`,
      })}
    </p>
    <p class="hint">
      ${t.trustHint(quality.pca.neighbours, quality.pca.points)} ${slots(t.explained, { share })} ${t.illustration}
    </p>
  </section>`;
}
