import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { answeredBy } from '../../elements/answered-by.ts';
import { formatDuration } from '../../shell/format.ts';
import { words } from '../../words/language.ts';
import { slots } from '../../words/slots.ts';
import { withFilters } from '../reason.ts';
import { SearchElement } from '../search-element.ts';
import type { FoundPicture } from './picture.ts';
import { pictureReason } from './picture-reason.ts';
import './picture-viewer.ts';

/**
 * Pictures that the question describes, in a row of their own: scores of two models cannot be compared. Arrow keys go
 * from one to the next, Enter enlarges it.
 */
class PictureAnswers extends SearchElement {
  static override readonly properties = { ...SearchElement.properties, explains: { state: true } };
  /** Whether every picture says what brought it here. */
  declare private explains: boolean;

  constructor() {
    super();
    this.explains = false;
  }

  protected override render() {
    const { answers, answered, timings, indexed } = this.pictures.state;
    if (!answers || answers.length === 0 || !timings) return nothing;
    const texts = words().search.pictures;
    const hasTexts = (this.page.state.answers?.length ?? 0) > 0;
    return html`<section class="picture-answers" aria-labelledby="pictures-title">
      <div class="answers-head">
        <h2 id="pictures-title">${texts.title}</h2>
        <button
          type="button"
          class="quiet"
          aria-pressed=${this.explains ? 'true' : 'false'}
          @click=${() => {
            this.explains = !this.explains;
          }}
        >
          ${texts.why}
        </button>
        ${answeredBy({
          ...timings,
          took: timings.embed,
          timing: 'embed-pictures',
          more: html`<span>${slots(texts.compared(texts.count(indexed)), {
            time: html`<output data-timing="search-pictures">${formatDuration(timings.search)}</output>`,
          })}</span>`,
        })}
      </div>
      <p class="hint">
        ${hasTexts ? texts.apart : nothing} ${this.pictures.knowsIconsOnly ? texts.iconsOnly : nothing}
      </p>
      <ol class="found-pictures" data-question=${answered ?? nothing} @keydown=${this.#keys}>
        ${repeat(
          answers,
          ({ picture }) => picture.id,
          (answer, at) => this.#picture(answer, at),
        )}
      </ol>
      <picture-viewer .app=${this.app}></picture-viewer>
    </section>`;
  }

  #picture({ picture, explanation }: FoundPicture, at: number) {
    const { name } = picture;
    return html`<li>
      <button
        type="button"
        class="thumbnail"
        data-picture=${name}
        aria-label=${words().search.pictures.enlarge(name)}
        @click=${() => this.querySelector('picture-viewer')?.open(at)}
      >
        <img src=${this.pictures.url(picture)} alt=${name} loading="lazy" />
      </button>
      <span class="name" dir="auto" aria-hidden="true">${name}</span>
      ${
        this.explains && explanation
          ? html`<p class="why">${withFilters(pictureReason(explanation), this.page.state.filters)}</p>`
          : nothing
      }
    </li>`;
  }

  #keys = (event: KeyboardEvent): void => {
    const pictures = [...this.querySelectorAll<HTMLElement>('.thumbnail')];
    const current = pictures.indexOf((event.target as HTMLElement).closest<HTMLElement>('.thumbnail')!);
    const isMirrored = getComputedStyle(this).direction === 'rtl';
    const targets: Record<string, HTMLElement | null | undefined> = {
      [isMirrored ? 'ArrowLeft' : 'ArrowRight']: pictures[current + 1],
      [isMirrored ? 'ArrowRight' : 'ArrowLeft']: pictures[current - 1],
      Home: pictures[0],
      End: pictures.at(-1),
      Escape: document.querySelector<HTMLElement>('#question'),
    };
    const target = targets[event.key];
    if (!target) return;
    event.preventDefault();
    target.focus();
  };
}

customElements.define('picture-answers', PictureAnswers);
