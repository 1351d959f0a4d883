/** Problems and their remedies. Below the results, so that nothing moves when they appear. */
import { html, nothing, type TemplateResult } from 'lit';
import { problemOf, troubleOf } from '../trouble.ts';
import type { View } from './view.ts';

const details = (view: View, messages: readonly string[]): TemplateResult =>
  html`<details>
    <summary>${view.t.text('details')}</summary>
    ${messages.map((message) => html`<p lang="en" dir="ltr">${message}</p>`)}
  </details>`;

/** Why there is no answer. */
export function trouble(view: View): TemplateResult | typeof nothing {
  const { t, state } = view;
  const { error } = state;
  if (error === undefined) return nothing;
  return html`<div class="notice" part="notice error" data-code=${error.code}>
    <p><strong>${t.text(troubleOf(error, navigator.onLine))}</strong></p>
    <div class="actions">
      <button class="action" part="action" type="button" @click=${() => view.actions.reopen()}>${t.text('retry')}</button>
      ${
        view.hasForm
          ? html`<button class="action" part="action" type="button" @click=${() => view.actions.submitForm()}>
              ${t.text('otherSearch')}
            </button>`
          : nothing
      }
    </div>
    ${details(view, [error.message])}
  </div>`;
}

/** A newer index, and parts that could not be used. */
export function notices(view: View): TemplateResult {
  const { t, state } = view;
  const problems = new Map<ReturnType<typeof problemOf>, string[]>();
  for (const problem of state.problems) {
    const key = problemOf(problem);
    problems.set(key, [...(problems.get(key) ?? []), problem.message]);
  }
  return html`${
    state.isOutdated
      ? html`<div class="notice" part="notice outdated">
          <p>${t.text('outdated')}</p>
          <div class="actions">
            <button class="action" part="action" type="button" @click=${() => view.actions.reopen()}>
              ${t.text('useNewer')}
            </button>
          </div>
        </div>`
      : nothing
  }
  ${[...problems].map(
    ([key, messages]) =>
      html`<div class="notice" part="notice problem">
        <p>${t.text(key)}</p>
        ${details(view, messages)}
      </div>`,
  )}`;
}
