/** Content before anything is typed: recent searches and suggestions. */
import { html, nothing, type TemplateResult } from 'lit';
import { clockIcon, searchIcon } from './icons.ts';
import { cell } from './results.ts';
import type { Row, View } from './view.ts';

type QueryRow = Extract<Row, { kind: 'recent' | 'suggestion' }>;

const queryRows = (view: View, kind: QueryRow['kind']): QueryRow[] =>
  view.rows.filter((row): row is QueryRow => row.kind === kind);

export function idle(view: View): TemplateResult {
  const recent = queryRows(view, 'recent');
  const suggestions = queryRows(view, 'suggestion');
  const { t } = view;
  return html`${
    recent.length === 0
      ? nothing
      : html`<div role="rowgroup" aria-label=${t.text('recent')}>
          <div class="heading" role="none"><span>${t.text('recent')}</span></div>
          ${recent.map((row) => queryRow(view, row))}
        </div>`
  }
  ${
    suggestions.length === 0
      ? nothing
      : html`<div role="rowgroup" aria-label=${t.text('suggestions')}>
          <div class="heading" role="none"><span>${t.text('suggestions')}</span></div>
          ${suggestions.map((row) => queryRow(view, row))}
        </div>`
  }`;
}

function queryRow(view: View, row: QueryRow): TemplateResult {
  const { query, kind } = row;
  return html`<div role="row">
    ${cell(
      view,
      row,
      'run',
      html`<button class="query" part="query" type="button" tabindex="-1" @click=${() => view.actions.ask(query)}>
        ${kind === 'recent' ? clockIcon : searchIcon}<span dir="auto">${query}</span>
      </button>`,
    )}
    ${
      kind === 'suggestion'
        ? nothing
        : cell(
            view,
            row,
            'remove',
            html`<button
              class="plain"
              part="remove"
              type="button"
              tabindex="-1"
              aria-label=${view.t.text('remove', { query })}
              title=${view.t.text('remove', { query })}
              @click=${() => view.actions.forget(query)}
            >
              ✕
            </button>`,
          )
    }
  </div>`;
}
