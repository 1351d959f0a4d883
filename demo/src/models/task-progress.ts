import { html, nothing, type TemplateResult } from 'lit';
import { formatBytes } from '../shell/format.ts';
import { words } from '../words/language.ts';
import type { ModelTask } from './catalogue.ts';
import { speedOf } from './speed.ts';

/** What is being done with a model, with speed and time that is left of a download. */
export function taskProgress(model: string, task: ModelTask): TemplateResult {
  const { loading, waiting, doing } = task;
  const t = words().models;
  if (waiting) return html`<p>${t.waits(model)}</p>`;
  if (!loading || loading.took !== undefined) return html`<p>${t.doing[doing](model)}</p>`;
  const { state, loaded, total } = loading;
  const isMoving = (state === 'downloading' || state === 'from-cache') && total > 0;
  return html`<div class="progress" data-state=${state}>
    <p class="progress-line">
      <strong>${t.stages[state](model)}</strong>
      ${isMoving ? html`<span>${[t.progress(formatBytes(loaded), formatBytes(total)), ...speedOf(loading)].join(' · ')}</span>` : nothing}
    </p>
    ${
      isMoving
        ? html`<progress max=${total} .value=${loaded} aria-label=${t.stages[state](model)}></progress>`
        : html`<progress aria-label=${t.stages[state](model)}></progress>`
    }
  </div>`;
}
