import { html, nothing, type TemplateResult } from 'lit';

/** Says that a result belongs to what was asked before the form was changed. */
export const staleNote = (stale: boolean): TemplateResult | typeof nothing =>
  stale ? html`<p class="stale">From before your last change to the form.</p>` : nothing;
