import { html, nothing, type TemplateResult } from 'lit';

/** Why an answer came from elsewhere than first asked; nothing where nobody was passed over. */
export const failoverNote = (failover: string | undefined): TemplateResult | typeof nothing =>
  failover === undefined ? nothing : html`<p class="hint" data-testid="failover">${failover}</p>`;
