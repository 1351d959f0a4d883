import { html, type TemplateResult } from 'lit';
import { modelProgress } from '../elements/model-progress.ts';
import { words } from '../words/language.ts';
import type { ModelTask } from './catalogue.ts';

/** What is being done with a model; of a download also its speed and the time that is left. */
export function taskProgress(model: string, { loading, waiting, doing }: ModelTask): TemplateResult {
  const t = words().models;
  if (waiting) return html`<p>${t.waits(model)}</p>`;
  if (loading && loading.took === undefined) return modelProgress(loading);
  return html`<p>${t.doing[doing](model)}</p>`;
}
