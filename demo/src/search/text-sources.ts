import { html, nothing } from 'lit';
import { placed } from '../elements/dropped-files.ts';
import { takeFiles } from '../elements/page-element.ts';
import { words } from '../words/language.ts';
import { addFiles } from './add-files.ts';
import { ACCEPTED_FILES } from './read-files.ts';
import { loadSample, SAMPLE_ID } from './sample.ts';
import { SearchElement } from './search-element.ts';

/** The ways to add something: the sample, files, a folder, pasting. Dropping works everywhere on the page. */
class TextSources extends SearchElement {
  static override readonly properties = { ...SearchElement.properties, prominent: { type: Boolean } };
  declare prominent: boolean;

  protected override render() {
    const hasSample = this.page.state.documents.some(({ id }) => id === SAMPLE_ID);
    const texts = words().search.sources;
    return html`<div class="row sources">
        ${
          hasSample
            ? nothing
            : html`<button type="button" class=${this.prominent ? 'primary' : ''} @click=${this.#sample}>
              ${this.prominent ? texts.trySample : texts.sample}
            </button>`
        }
        <button type="button" @click=${() => this.querySelector<HTMLInputElement>('input[type=file]')?.click()}>
          ${texts.files}
        </button>
        <button type="button" @click=${() => this.querySelector<HTMLInputElement>('input[webkitdirectory]')?.click()}>
          ${texts.folder}
        </button>
        <button type="button" @click=${() => document.querySelector('paste-dialog')?.open()}>${texts.paste}</button>
      </div>
      <input
        type="file"
        hidden
        multiple
        accept=${ACCEPTED_FILES}
        aria-label=${texts.fileLabel}
        @change=${this.#files}
      />
      <input type="file" hidden multiple webkitdirectory aria-label=${texts.folderLabel} @change=${this.#files} />`;
  }

  #sample = async (): Promise<void> => {
    // The button goes away: the focus would fall to the start of the page. A screen keyboard would hide the progress.
    const target = matchMedia('(hover: none)').matches ? 'activity-panel section' : '#question';
    this.app.forget('files');
    try {
      const { document: sample } = await loadSample();
      const adding = this.page.addDocuments([sample]);
      await this.updateComplete;
      document.querySelector<HTMLElement>(target)?.focus();
      await adding;
    } catch (error) {
      this.app.report(error, 'files');
    }
  };

  #files = (event: Event): void => {
    const files = placed(takeFiles(event));
    if (files.length > 0) addFiles(this.app, files);
  };
}

customElements.define('text-sources', TextSources);
