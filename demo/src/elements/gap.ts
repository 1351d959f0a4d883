import { html, nothing, type TemplateResult } from 'lit';
import type { Gaps } from '../shell/gaps.ts';

/** Id of the sentence that says what is missing in a field; nothing while nothing is. */
export const gapId = (gaps: Gaps, field: string): string | typeof nothing =>
  gaps.of(field) === undefined ? nothing : `${field}-gap`;

/** What is missing in a field, under it. */
export function gapText(gaps: Gaps, field: string): TemplateResult | typeof nothing {
  const message = gaps.of(field);
  return message === undefined ? nothing : html`<p id="${field}-gap" class="gap" dir="auto">${message}</p>`;
}
