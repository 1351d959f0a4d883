import { html, nothing, type TemplateResult } from 'lit';
import { words } from '../words/language.ts';

/** Says that a result belongs to what was asked before the form was changed. */
export const staleNote = (stale: boolean): TemplateResult | typeof nothing =>
  stale ? html`<p class="stale">${words().elements.stale}</p>` : nothing;
