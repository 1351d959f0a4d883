import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { fieldValue } from '../elements/page-element.ts';
import { formatCount } from '../shell/format.ts';
import { languageInUse } from '../words/in-use.ts';
import { words } from '../words/language.ts';
import type { Quality } from './evaluation.ts';
import { itemView, shortOf } from './item-view.ts';
import type { Evaluation } from './learner.ts';
import { classNamed, withConfirmed, withLabel } from './project.ts';
import { TeachElement } from './teach-element.ts';

/** Examples that contradict their label, shown at most. */
const DOUBTS = 8;

/** Shares of right items that may be refused. */
const SHARES = [0, 0.02, 0.05, 0.1, 0.2];

const percent = (value: number): string =>
  new Intl.NumberFormat(languageInUse(), { style: 'percent', maximumFractionDigits: 0 }).format(value);

/** How much of a row a cell has, in five steps of shade. */
const shade = (count: number, row: readonly number[]): number => {
  const all = row.reduce((sum, each) => sum + each, 0);
  return count === 0 ? 0 : Math.max(1, Math.ceil((count / all) * 4));
};

/** How good what was learnt is, and what would make it better. */
class TeachQuality extends TeachElement {
  protected override render() {
    const { project, learner } = this.page;
    const { evaluation } = learner.state;
    if (!project || !learner.state.learnt) return nothing;
    const text = words().teach;
    const quality = evaluation?.quality;
    return html`<section class="card quality" aria-labelledby="quality-title">
      <h3 id="quality-title" tabindex="-1">${text.quality}</h3>
      ${quality ? this.#numbers(quality) : html`<p class="hint">${text.qualityNeeds}</p>`}
      ${evaluation ? this.#doubts(evaluation) : nothing}
      <div class="field">
        <label for="teach-none">${text.noneOf}</label>
        <select
          id="teach-none"
          aria-describedby="teach-none-hint"
          ?disabled=${!this.page.state.writes}
          @change=${(event: Event) => {
            const refuse = Number(fieldValue(event));
            this.page.change((each) => ({ ...each, refuse }));
          }}
        >
          ${SHARES.map(
            (share) => html`<option value=${share} ?selected=${share === project.refuse}>
              ${share === 0 ? text.noneNever : text.noneShare(percent(share))}
            </option>`,
          )}
        </select>
        <p id="teach-none-hint" class="hint">
          ${
            project.refuse > 0 && evaluation && evaluation.threshold === undefined
              ? text.noneNeeds(Math.ceil(1 / project.refuse) - 1)
              : text.noneRule(evaluation?.threshold?.toFixed(2))
          }
        </p>
      </div>
    </section>`;
  }

  #numbers(quality: Quality) {
    const text = words().teach;
    const held = quality.classes.filter(({ examples }) => examples > 0);
    return html`<dl class="figures">
        <div>
          <dt>${text.accuracy}</dt>
          <dd data-testid="accuracy">${percent(quality.accuracy)}</dd>
        </div>
        <div>
          <dt>${text.macroF1}</dt>
          <dd data-testid="macro-f1">${percent(quality.macroF1)}</dd>
        </div>
      </dl>
      <p class="hint">${text.folds(quality.folds, quality.examples)}</p>
      <div class="scrolls" tabindex="0" role="group" aria-label=${text.confusion}>
        <table class="confusion">
          <caption>
            ${text.confusionCaption}
          </caption>
          <thead>
            <tr>
              <td></td>
              ${held.map(({ label }) => html`<th scope="col" dir="auto">${label}</th>`)}
              <th scope="col" class="recall">${text.recall}</th>
            </tr>
          </thead>
          <tbody>
            ${held.map((row) => {
              const counts = quality.confusion[quality.classes.indexOf(row)]!;
              return html`<tr>
                <th scope="row" dir="auto">${row.label}</th>
                ${held.map((column) => {
                  const count = counts[quality.classes.indexOf(column)]!;
                  return html`<td data-right=${row === column ? 'yes' : 'no'} data-shade=${shade(count, counts)}>
                    ${formatCount(count)}
                  </td>`;
                })}
                <td class="recall">${percent(row.recall)}</td>
              </tr>`;
            })}
          </tbody>
        </table>
      </div>`;
  }

  #doubts({ contradictions }: Evaluation) {
    const { page } = this;
    const text = words().teach;
    const { project } = page;
    // Labels may have changed since it was found out.
    const current = contradictions.flatMap(({ item, choice }) => {
      const now = project?.items.find(({ id }) => id === item.id);
      return now && now.classId === item.classId && !now.sure ? [{ item: now, choice }] : [];
    });
    if (!project || current.length === 0) return nothing;
    return html`<div class="doubts">
      <h4>${text.doubts(current.length)}</h4>
      <p class="hint">${text.doubtsRule}</p>
      <ul>
        ${repeat(
          current.slice(0, DOUBTS),
          ({ item }) => item.id,
          ({ item, choice }) => {
            const name = project.classes.find(({ id }) => id === item.classId)?.name ?? '';
            const other = classNamed(project, choice.prediction);
            return html`<li>
              ${itemView(page, item)}
              <p class="hint">${text.doubt(name, choice.prediction, percent(choice.score))}</p>
              <div class="row">
                <button
                  type="button"
                  ?disabled=${!other || !page.state.writes}
                  aria-label=${text.moveNamed(choice.prediction, shortOf(item))}
                  @click=${() => this.#settle(() => page.change((each) => withLabel(each, item.id, other?.id)))}
                >
                  ${text.move(choice.prediction)}
                </button>
                <button
                  type="button"
                  class="quiet"
                  ?disabled=${!page.state.writes}
                  aria-label=${text.keepNamed(name, shortOf(item))}
                  @click=${() => this.#settle(() => page.change((each) => withConfirmed(each, item.id)))}
                >
                  ${text.keep(name)}
                </button>
              </div>
            </li>`;
          },
        )}
      </ul>
    </div>`;
  }

  /** Does something that takes a doubt away, and moves the focus to the next. */
  async #settle(action: () => void): Promise<void> {
    action();
    this.requestUpdate();
    await this.updateComplete;
    (
      this.querySelector<HTMLElement>('.doubts button') ?? this.querySelector<HTMLElement>('#quality-title')
    )?.focus();
  }
}

customElements.define('teach-quality', TeachQuality);
