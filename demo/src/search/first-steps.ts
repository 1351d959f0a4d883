import { html } from 'lit';
import { downloadMegabytes, EMBEDDED_MODEL, megabytesText } from '../shell/model-choices.ts';
import { SearchElement } from './search-element.ts';

/** What a visitor sees before there is any text. */
class FirstSteps extends SearchElement {
  protected override render() {
    const { mode, remote, stored } = this.app.state;
    const leaves = this.app.asksServer
      ? `only what this browser cannot do is sent to ${remote.baseUrl}`
      : 'your texts never leave this page';
    const kept = stored.some(({ model, complete }) => complete && model === this.page.model);
    return html`<section class="first-steps" aria-labelledby="first-title">
      <h2 id="first-title">Search your own texts by meaning</h2>
      <p>
        Add some text, then ask a question in your own words: the passages that answer it come first, even if they share
        no word with it.
      </p>
      <text-sources .app=${this.app} prominent></text-sources>
      <p class="hint">
        ${
          mode === 'remote'
            ? `Texts and questions are sent to ${remote.baseUrl}; your key pays for the tokens.`
            : kept
              ? `The model is already kept in this browser: nothing is downloaded, and ${leaves}.`
              : this.#download(leaves)
        }
      </p>
    </section>`;
  }

  #download(leaves: string): string {
    const { model } = this.page;
    const device = this.app.state.capabilities.local?.device;
    const size = megabytesText(downloadMegabytes(model, device));
    const from = model === EMBEDDED_MODEL ? 'this site' : 'huggingface.co';
    // The runtime's two builds, as they are in the page's assets.
    const runtime = device?.device === 'webgpu' ? 27 : 14;
    return (
      `The first time, a model${size ? ` of ${size}` : ''} (plus a runtime of ${runtime} MB) is downloaded from ${from}; ` +
      `it is kept in this browser’s IndexedDB until you delete it, and ${leaves}.`
    );
  }
}

customElements.define('first-steps', FirstSteps);
