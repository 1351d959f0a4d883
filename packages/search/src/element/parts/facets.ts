import { html, nothing, type TemplateResult } from 'lit';
import type { View } from './view.ts';

/** Values of a facet that are shown before the reader asks for all. */
const MOST = 8;

/** Check boxes for what results can be filtered by, with the number of the query's pages that have each value. */
export function facets(view: View): TemplateResult | typeof nothing {
  if (view.choice.facets.length === 0) return nothing;
  const { t } = view;
  const { facets: counts } = view.state;
  return html`<div class="facets" part="facets" role="group" aria-label=${t.text('filters')}>
    ${view.choice.facets.map(([name, values]) => {
      const chosen = view.choice.chosen.get(name);
      const isUnfolded = view.choice.unfolded.has(name) || values.length <= MOST + 1;
      const shown = isUnfolded
        ? values
        : values.filter(([value], index) => index < MOST || chosen?.has(value));
      return html`<fieldset part="facet">
        <legend>${name}</legend>
        ${shown.map(
          ([value, count]) =>
            html`<label class="chip" part="facet-value">
              <input
                type="checkbox"
                .checked=${chosen?.has(value) ?? false}
                @change=${({ target }: Event) => view.actions.filter(name, value, (target as HTMLInputElement).checked)}
              />
              <span dir="auto">${value}</span> <span class="count">${t.number(counts === undefined ? count : (counts[name]?.[value] ?? 0))}</span>
            </label>`,
        )}
        ${
          isUnfolded
            ? nothing
            : html`<button class="chip" type="button" @click=${() => view.actions.unfold(name)}>
                ${t.text('showAll', { count: t.number(values.length) })}
              </button>`
        }
      </fieldset>`;
    })}
  </div>`;
}
