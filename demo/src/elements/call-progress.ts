import { html, nothing, type TemplateResult } from 'lit';
import { formatCount } from '../shell/format.ts';
import type { PageCall } from '../shell/page-call.ts';
import { words } from '../words/language.ts';
import { modelProgress } from './model-progress.ts';

/**
 * A page's call while it runs: the model on its way, then the work.
 * @param doing what is being done, such as "Ranking"
 */
export function callProgress(call: PageCall, doing: string): TemplateResult | typeof nothing {
  const { running, loading, work } = call.state;
  if (!running) return nothing;
  const said = words().elements;
  const counted = work && work.total > 1;
  return html`<section class="card activity" aria-label=${words().common.progress}>
    ${
      loading && loading.took === undefined
        ? modelProgress(loading)
        : html`<div class="progress" data-state="working">
          <p class="progress-line">
            <strong>${counted ? said.doingSome(doing, formatCount(work.done), formatCount(work.total)) : said.doing(doing)}</strong>
          </p>
          ${
            counted
              ? html`<progress max=${work.total} .value=${work.done} aria-label=${doing}></progress>`
              : html`<progress aria-label=${doing}></progress>`
          }
        </div>`
    }
    <button type="button" data-action="cancel" @click=${() => call.cancel()}>${words().common.cancel}</button>
  </section>`;
}
