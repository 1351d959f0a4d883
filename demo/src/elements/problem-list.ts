import { html } from 'lit';
import { AppElement } from './app-element.ts';

/** Problems that have not been dismissed. The list is always there, so that screen readers notice additions. */
class ProblemList extends AppElement {
  protected override render() {
    return html`<div class="problems" role="alert">
      ${this.app.state.problems.map(
        (problem) => html`<article class="problem" data-code=${problem.code} data-origin=${problem.origin}>
          <div>
            <h2>${problem.title}</h2>
            <p>${problem.message}</p>
            <p class="advice">${problem.advice}</p>
          </div>
          <button type="button" class="quiet icon" aria-label="Dismiss: ${problem.title}" @click=${() => this.app.dismiss(problem)}>
            <span aria-hidden="true">×</span>
          </button>
        </article>`,
      )}
    </div>`;
  }
}

customElements.define('problem-list', ProblemList);
