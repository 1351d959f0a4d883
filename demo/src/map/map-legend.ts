import { html, nothing, svg } from 'lit';
import { formatCount } from '../shell/format.ts';
import { words } from '../words/language.ts';
import type { Mapped } from './map-state.ts';
import type { Mapping } from './mapping.ts';
import { markOf, markPath, NO_MARK } from './marks.ts';

/** Marks that are explained; more of them nobody tells apart. */
const SHOWN = 35;

/** A point's mark, as it is on the map. */
export function markIcon(number: number) {
  const { colour, shape } = markOf(number);
  return html`<svg class="map-mark" data-colour=${colour} viewBox="-8 -8 16 16" width="14" height="14" aria-hidden="true">
    ${svg`<path d=${markPath(shape, 5.4)} />`}
  </svg>`;
}

/** What the marks mean; each selects its points. */
export function mapLegend(page: Mapping, map: Mapped) {
  const t = words().map;
  const byLabel = page.state.colourBy === 'label';
  const names = byLabel ? map.labels : map.groupNames;
  if (names.length === 0) return nothing;
  const counts = new Map<string | number, number>();
  for (const [index, { label }] of map.items.entries()) {
    const key = byLabel ? label : map.groups[index]!;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const without = byLabel ? (counts.get('') ?? 0) : 0;
  return html`<section class="map-legend" aria-labelledby="map-legend-title">
    <h3 id="map-legend-title">${t.legend}</h3>
    <ul>
      ${names.slice(0, SHOWN).map(
        (name, number) => html`<li>
          <button type="button" title=${t.legendHint} @click=${() => page.select(page.members(number))}>
            ${markIcon(number)}<span dir="auto">${name || t.noName}</span>
            <span class="count">${formatCount(counts.get(byLabel ? name : number) ?? 0)}</span>
          </button>
        </li>`,
      )}
      ${without > 0 ? html`<li class="hint">${markIcon(NO_MARK)} ${t.noLabel} ${formatCount(without)}</li>` : nothing}
      ${names.length > SHOWN ? html`<li class="hint">${t.moreMarks(names.length - SHOWN)}</li>` : nothing}
    </ul>
    ${byLabel ? nothing : html`<p class="hint">${t.groupsHint}</p>`}
  </section>`;
}
