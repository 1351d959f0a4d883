import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { callProgress } from '../elements/call-progress.ts';
import '../elements/label-chips.ts';
import { labelScores } from '../elements/label-scores.ts';
import { modelField } from '../elements/model-field.ts';
import { PageElement, takeFiles } from '../elements/page-element.ts';
import { type Picture, type Pictures, picturesOf } from './pictures.ts';
import { resultHead } from './results.ts';
import { SAMPLE_PICTURES_CREDIT, samplePictures } from './sample-pictures.ts';

/** Pictures by labels in words. */
class ClassifyPictures extends PageElement<Pictures> {
  protected override open(): Pictures {
    return picturesOf(this.app);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('dragover', this.#dragOver);
    window.addEventListener('drop', this.#drop);
  }

  override disconnectedCallback(): void {
    window.removeEventListener('dragover', this.#dragOver);
    window.removeEventListener('drop', this.#drop);
    super.disconnectedCallback();
  }

  protected override render() {
    const { app, page } = this;
    const { pictures, labels, result } = page.state;
    return html`<div class="halves">
      <form class="card" aria-label="Labels" @submit=${this.#submit}>
        <label-chips
          field-id="picture-labels"
          .labels=${labels}
          @labels-change=${(event: CustomEvent<string[]>) => page.update({ labels: event.detail })}
        ></label-chips>
        ${modelField({
          app,
          id: 'picture-model',
          need: { endpoint: 'classify', modality: 'image' },
          model: page.model,
          choose: (model) => page.setModel(model),
        })}
        <div class="row">
          <button type="submit" class="primary">Classify the pictures</button>
          <button type="button" @click=${() => this.querySelector<HTMLInputElement>('#picture-files')?.click()}>
            Choose pictures…
          </button>
          ${
            samplePictures.every((sample) => pictures.includes(sample))
              ? nothing
              : html`<button type="button" @click=${() => page.restoreSamples()}>Sample pictures</button>`
          }
        </div>
        <input
          id="picture-files"
          type="file"
          hidden
          multiple
          accept="image/*"
          aria-label="Pictures"
          @change=${(event: Event) => page.add(takeFiles(event))}
        />
        <p class="hint">Or drop pictures anywhere on this page. ${SAMPLE_PICTURES_CREDIT}</p>
      </form>
      <div class="results">
        ${callProgress(page.call, 'Classifying')}
        <section aria-label="Pictures">
          ${result ? resultHead('Result', result) : html`<h3 class="visually-hidden">Pictures</h3>`}
          <ul class="pictures">
            ${repeat(
              pictures,
              ({ id }) => id,
              (picture) => this.#picture(picture),
            )}
          </ul>
          ${pictures.length === 0 ? html`<p class="hint">No pictures. Choose or drop some.</p>` : nothing}
        </section>
      </div>
    </div>`;
  }

  #picture(picture: Picture) {
    const found = this.page.state.result?.items.find(({ item }) => item === picture);
    return html`<li class="card picture" data-prediction=${found?.prediction ?? nothing}>
      <img src=${picture.url} alt=${picture.name} width="88" height="88" />
      <div>
        ${found ? labelScores(found.predictions) : html`<p class="hint">${picture.name}</p>`}
      </div>
      <button
        type="button"
        class="quiet icon"
        aria-label="Remove ${picture.name}"
        @click=${() => this.page.remove(picture)}
      >
        <span aria-hidden="true">×</span>
      </button>
    </li>`;
  }

  #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    void this.page.classify();
  };

  #dragOver = (event: DragEvent): void => {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = 'copy';
  };

  #drop = (event: DragEvent): void => {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    this.page.add([...event.dataTransfer.files]);
  };
}

customElements.define('classify-pictures', ClassifyPictures);
