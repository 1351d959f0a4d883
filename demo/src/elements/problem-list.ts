import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { ProblemOrigin } from '../shell/problem-origin.ts';
import { inWords, type Problem } from '../shell/problems.ts';
import { languageInUse } from '../words/in-use.ts';
import { words } from '../words/language.ts';
import { AppElement } from './app-element.ts';

/**
 * The problems of some origins that have not been dismissed, where they came up. The list is always there, so that
 * screen readers notice additions.
 */
class ProblemList extends AppElement {
  static override readonly properties = {
    ...AppElement.properties,
    origins: { attribute: false },
    level: { type: Number },
  };
  declare origins: readonly ProblemOrigin[];
  /** Level of the titles, below that of the heading above. Default 3. */
  declare level: 2 | 3 | undefined;

  protected override render() {
    const problems = this.app.state.problems.filter(({ origin }) => this.origins.includes(origin));
    return html`<div class="problems" role="alert">
      ${repeat(
        problems,
        (problem) => problem,
        (problem) => this.#problem(problem),
      )}
    </div>`;
  }

  #problem(problem: Problem) {
    const { title, message, isForeign, details, advice, retry } = inWords(problem);
    const said = words().problems;
    return html`<article class="problem" data-code=${problem.code} data-origin=${problem.origin}>
      <div>
        ${this.level === 2 ? html`<h2>${title}</h2>` : html`<h3>${title}</h3>`}
        ${isForeign && languageInUse() !== 'en' ? nothing : html`<p dir="auto">${message}</p>`}
        ${details ? html`<ul dir="auto">${details.map((detail) => html`<li>${detail}</li>`)}</ul>` : nothing}
        <p class="advice">${advice}</p>
        ${
          isForeign && languageInUse() !== 'en'
            ? html`<details>
                <summary>${said.details}</summary>
                <p lang="en" dir="ltr">${message}</p>
              </details>`
            : nothing
        }
        ${retry ? html`<button type="button" class="retry" data-action="retry" @click=${retry}>${said.retry}</button>` : nothing}
      </div>
      <button type="button" class="quiet icon" aria-label=${said.dismiss(title)} @click=${() => this.app.dismiss(problem)}>
        <span aria-hidden="true">×</span>
      </button>
    </article>`;
  }
}

customElements.define('problem-list', ProblemList);
