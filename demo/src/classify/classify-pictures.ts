import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { ArrivingFiles } from '../app/arrivals.ts';
import { callProgress } from '../elements/call-progress.ts';
import { FileDrop } from '../elements/file-drop.ts';
import { removeKeepingFocus } from '../elements/focus.ts';
import { gapId, gapText } from '../elements/gap.ts';
import './label-chips.ts';
import { modelField } from '../elements/model-field.ts';
import { PageElement, takeFiles } from '../elements/page-element.ts';
import { labelScores } from './label-scores.ts';
import '../elements/problem-list.ts';
import { staleNote } from '../elements/stale-note.ts';
import { words } from '../words/language.ts';
import type { Picture } from './picture.ts';
import { type Pictures, picturesOf } from './pictures.ts';
import { resultHead } from './results.ts';
import { sampleCredit, samplePictures } from './sample-pictures.ts';

const ORIGINS = ['classify'] as const;

/** Pictures by labels in words. */
class ClassifyPictures extends PageElement<Pictures> {
  readonly drop = new FileDrop(this, (files) => void this.page.add(files));
  readonly arrivals = new ArrivingFiles(this, 'pictures', (files) => void this.page.add(files));

  protected override open(): Pictures {
    return picturesOf(this.app);
  }

  protected override render() {
    const { app, page } = this;
    const { pictures, labels, result } = page.state;
    const text = words().classify;
    return html`<div class="halves">
      <form class="card" aria-label=${text.labels} @submit=${this.#submit}>
        <label-chips
          field-id="picture-labels"
          .labels=${labels}
          .gap=${page.gaps.of('picture-labels')}
          @labels-change=${(event: CustomEvent<string[]>) => {
            page.gaps.clear('picture-labels');
            page.update({ labels: event.detail });
          }}
        ></label-chips>
        ${modelField({
          app,
          id: 'picture-model',
          need: { endpoint: 'classify', modality: 'image' },
          models: page.state.models,
          choose: (model, side) => page.setModel(model, side),
        })}
        <div class="row">
          <button type="submit" class="primary">${text.classifyPictures}</button>
          <button
            id="choose-pictures"
            type="button"
            aria-describedby=${gapId(page.gaps, 'pictures')}
            data-gap=${page.gaps.of('pictures') ? 'yes' : nothing}
            @click=${() => this.querySelector<HTMLInputElement>('#picture-files')?.click()}
          >
            ${text.choosePictures}
          </button>
          ${
            samplePictures.every((sample) => pictures.includes(sample))
              ? nothing
              : html`<button type="button" @click=${() => page.restoreSamples()}>${text.samplePictures}</button>`
          }
        </div>
        ${gapText(page.gaps, 'pictures')}
        <input
          id="picture-files"
          type="file"
          hidden
          multiple
          accept="image/*,.svg"
          aria-label=${text.pictures}
          @change=${(event: Event) => page.add(takeFiles(event))}
        />
        <p class="hint">${text.dropPictures} ${sampleCredit()}</p>
      </form>
      <div class="results">
        <problem-list .app=${app} .origins=${ORIGINS}></problem-list>
        ${callProgress(page.call, text.classifying)}
        <section aria-label=${text.pictures}>
          ${result ? resultHead(text.result, result) : html`<h3 class="visually-hidden">${text.pictures}</h3>`}
          ${staleNote(result !== undefined && result.asked !== page.asked)}
          <ul class="pictures">
            ${repeat(
              pictures,
              ({ id }) => id,
              (picture) => this.#picture(picture),
            )}
          </ul>
          ${pictures.length === 0 ? html`<p class="hint">${text.noPictures}</p>` : nothing}
        </section>
      </div>
    </div>`;
  }

  #picture(picture: Picture) {
    const found = this.page.state.result?.items.find(({ item }) => item === picture);
    const { name, url, refused } = picture;
    const text = words().classify;
    return html`<li
      class="card picture"
      data-prediction=${found?.prediction ?? nothing}
      data-refused=${refused ? 'yes' : nothing}
    >
      ${
        url && !refused
          ? html`<img src=${url} alt=${found ? name : ''} width="88" height="88" />`
          : html`<span class="no-picture" aria-hidden="true">${refused ? '!' : '…'}</span>`
      }
      <div>
        ${
          found && !refused
            ? labelScores(found.predictions)
            : refused
              ? html`<p class="gap">${refused}</p><p class="hint">${text.leftOut}</p>`
              : html`<p class="hint">${url ? name : text.beingRead(name)}</p>`
        }
      </div>
      <button
        type="button"
        class="quiet icon"
        aria-label=${text.remove(name)}
        @click=${(event: Event) =>
          removeKeepingFocus(
            this,
            event,
            { selector: '.picture > button', fallback: '#choose-pictures' },
            () => this.page.remove(picture),
          )}
      >
        <span aria-hidden="true">×</span>
      </button>
    </li>`;
  }

  #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    void this.page.classify().then(async (fits) => {
      if (fits) return;
      await this.focusGap();
      if (!this.page.gaps.of('picture-labels')) this.querySelector<HTMLElement>('#choose-pictures')?.focus();
    });
  };
}

customElements.define('classify-pictures', ClassifyPictures);
