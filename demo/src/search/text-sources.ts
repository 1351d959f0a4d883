import { html, nothing } from 'lit';
import { words } from '../words/language.ts';
import { ACCEPTED_FILES } from './read-files.ts';
import { loadSample, SAMPLE_ID } from './sample.ts';
import { SearchElement } from './search-element.ts';

/** The three ways to add text: the sample, files, pasting. Dropping files works everywhere on the page. */
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
        <button type="button" @click=${() => document.querySelector('paste-dialog')?.open()}>${texts.paste}</button>
      </div>
      <input
        type="file"
        hidden
        multiple
        accept=${ACCEPTED_FILES}
        aria-label=${texts.fileLabel}
        @change=${this.#files}
      />`;
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
    const input = event.currentTarget as HTMLInputElement;
    const files = [...(input.files ?? [])];
    // The same file may be chosen again.
    input.value = '';
    if (files.length > 0) void this.page.addFiles(files);
  };
}

customElements.define('text-sources', TextSources);
