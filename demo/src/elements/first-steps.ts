import { html } from 'lit';
import { AppElement } from './app-element.ts';

/** What a visitor sees before there is any text. */
class FirstSteps extends AppElement {
  protected override render() {
    const { mode, remote, stored, capabilities } = this.app.state;
    const gpu = capabilities.local?.device?.device === 'webgpu';
    const kept = stored.some(({ model, complete }) => complete && model === this.app.model);
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
            ? html`Texts and questions are sent to ${remote.baseUrl}; your key pays for the tokens.`
            : kept
              ? html`The model is already kept in this browser: nothing is downloaded, and your texts never leave this page.`
              : html`The first time, this page downloads a model of ${gpu ? 45 : 24} MB and a runtime of
              ${gpu ? 27 : 14} MB; the model stays in this browser’s IndexedDB until you delete it, and your texts never
              leave this page.`
        }
      </p>
    </section>`;
  }
}

customElements.define('first-steps', FirstSteps);
