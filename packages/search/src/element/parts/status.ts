import { html, nothing, type TemplateResult } from 'lit';
import type { Tier } from '../../tiers/later-tiers.ts';
import type { SearchState } from '../../tiers/search-state.ts';
import type { Messages } from '../translation/messages.ts';
import type { Translator } from '../translation/translator.ts';
import { troubleOf } from '../trouble.ts';
import type { View } from './view.ts';

const BY: Readonly<Record<Tier, Exclude<keyof Messages, 'pages'>>> = {
  keywords: 'byKeywords',
  table: 'byTable',
  model: 'byModel',
  reranker: 'byReranker',
};

/** How many pages were found, and by what; in a line that is there with every answer. */
export function status(view: View): TemplateResult | typeof nothing {
  const { state, t } = view;
  if (state.tier === undefined || state.slots.length === 0) return nothing;
  if (!state.matchesWords) return html`<p class="status" part="status">${t.text('onlyMeaning')}</p>`;
  // A server's model, or a live index's own: which device it is on is not known here.
  const isOthers = state.tier === 'model' && state.models.model !== 'ready';
  const reader = isOthers ? BY.table : BY[state.tier];
  const by = view.hidden.has('tier') ? '' : t.text(state.isRefining ? 'refining' : reader);
  return html`<p class="status" part="status">${t.pages(state.slots.length)}${by === '' ? nothing : ` · ${by}`}</p>`;
}

/** Announcement for readers who do not see the list: changes of the list only. */
export function announcement(state: SearchState, t: Translator, isLate: boolean): string {
  const { query, tier, error, slots } = state;
  if (query === '') return '';
  if (error !== undefined) return t.text(troubleOf(error, navigator.onLine));
  if (state.isBusy) return isLate ? t.text('searching') : '';
  if (tier === undefined || (slots.length === 0 && !isEmpty(state))) return '';
  return slots.length === 0 ? t.text('nothing', { query }) : t.pages(slots.length);
}

/** Whether nothing was found, and nothing more will be. */
export const isEmpty = ({ tier, slots, isBusy, isRefining }: SearchState): boolean =>
  tier !== undefined && slots.length === 0 && !isBusy && !isRefining;

/** Advice when nothing was found. */
export function nothingFound(view: View): TemplateResult {
  const { t, state, choice } = view;
  const isFiltered = Object.keys(choice.filters).length > 0;
  return html`<div class="empty" part="empty">
    <strong>${t.text('nothing', { query: state.query })}</strong>
    ${t.text('nothingHelp')}
    ${
      isFiltered
        ? html`<div class="actions">
            <button class="action" part="action" type="button" @click=${() => view.actions.removeFilters()}>
              ${t.text('removeFilters')}
            </button>
          </div>`
        : nothing
    }
    <slot name="no-results"></slot>
  </div>`;
}
