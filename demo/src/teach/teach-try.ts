import { html, nothing } from 'lit';
import { labelScores } from '../classify/label-scores.ts';
import { readPicture, UnreadablePictureError } from '../classify/read-picture.ts';
import { fieldValue, takeFiles } from '../elements/page-element.ts';
import { formatDuration } from '../shell/format.ts';
import { words } from '../words/language.ts';
import { isNone } from './learner.ts';
import { TeachElement } from './teach-element.ts';

/** Asks what was learnt about a text or a picture, while it is typed. */
class TeachTry extends TeachElement {
  static override readonly properties = { ...TeachElement.properties, refused: { state: true } };
  declare private refused: string | undefined;

  protected override render() {
    const { project, learner } = this.page;
    if (!project) return nothing;
    const text = words().teach;
    const { learnt } = learner.state;
    return html`<section class="card try" aria-labelledby="try-title">
      <div class="answers-head">
        <h3 id="try-title">${text.try}</h3>
        ${
          learnt
            ? html`<p class="timings" data-testid="learnt" data-examples=${learnt.samples.length}>
              ${learnt.samples.length === 0 ? text.fromNames : text.learntFrom(learnt.samples.length, formatDuration(learnt.took))}
            </p>`
            : nothing
        }
      </div>
      ${project.kind === 'texts' ? this.#text() : this.#picture()}
      <div aria-live="polite" class="tried">${this.#answer()}</div>
    </section>`;
  }

  #text() {
    const text = words().teach;
    return html`<div class="field">
      <label for="teach-trial">${text.tryText}</label>
      <textarea
        id="teach-trial"
        ?disabled=${this.page.needsConsent}
        rows="2"
        dir="auto"
        placeholder=${text.tryExample}
        .value=${this.page.trial.state.text}
        @input=${(event: Event) => this.page.trial.text(fieldValue(event))}
      ></textarea>
    </div>`;
  }

  #picture() {
    const text = words().teach;
    return html`<div class="row">
        <button type="button" ?disabled=${this.page.needsConsent} @click=${() => this.querySelector<HTMLInputElement>('#trial-picture')?.click()}>
          ${text.tryPicture}
        </button>
      </div>
      <input id="trial-picture" type="file" hidden accept="image/*,.svg" aria-label=${text.tryPicture} @change=${this.#chosen} />
      ${this.refused === undefined ? nothing : html`<p class="gap">${this.refused}</p>`}`;
  }

  #answer() {
    const { page } = this;
    const text = words().teach;
    const { tried } = page.trial.state;
    const { learnt, evaluation } = page.learner.state;
    if (!learnt) {
      if (page.call.state.running || page.needsConsent) return nothing;
      return html`<p class="hint">${text.tryNothing}</p>`;
    }
    if (!tried) return nothing;
    const { answer, text: asked, picture } = tried;
    const none = isNone(answer, evaluation?.threshold);
    return html`<div class="trial" data-text=${asked ?? nothing} data-prediction=${none ? '' : answer.choice.prediction}>
      ${picture ? html`<img class="item-picture" src=${picture} alt="" width="96" height="96" />` : nothing}
      <div>
        <p class="verdict" dir="auto">${none ? text.none : answer.choice.prediction}</p>
        ${none ? html`<p class="hint">${text.noneWhy}</p>` : nothing}
        ${labelScores(answer.choice.predictions)}
      </div>
    </div>`;
  }

  readonly #chosen = async (event: Event): Promise<void> => {
    const [file] = takeFiles(event);
    if (!file) return;
    this.refused = undefined;
    try {
      await this.page.trial.picture(await readPicture(file));
    } catch (error) {
      this.refused =
        error instanceof UnreadablePictureError ? error.message : words().teach.unreadable(file.name);
    }
  };
}

customElements.define('teach-try', TeachTry);
