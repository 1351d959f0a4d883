import { html } from 'lit';
import { downloadMegabytes, EMBEDDED_MODEL, megabytesText } from '../shell/model-choices.ts';
import { words } from '../words/language.ts';
import { SearchElement } from './search-element.ts';

/**
 * Megabytes of onnxruntime's code beside a model: one of its two builds in the page's assets. On the CPU, the embedded
 * model needs none, as the engine's own encoder computes it.
 */
function runtimeMegabytes(model: string, device: string | undefined): number | undefined {
  if (device === 'webgpu') return 27;
  return model === EMBEDDED_MODEL ? undefined : 14;
}

/** What a visitor sees before there is any text. */
class FirstSteps extends SearchElement {
  protected override render() {
    const { mode, remote, stored } = this.app.state;
    const texts = words().search.firstSteps;
    const leaves = this.app.asksServer ? texts.someLeaves(remote.baseUrl) : texts.nothingLeaves;
    const kept = stored.some(({ model, complete }) => complete && model === this.page.model);
    return html`<section class="first-steps" aria-labelledby="first-title">
      <h2 id="first-title">${texts.title}</h2>
      <p>${texts.text}</p>
      <text-sources .app=${this.app} prominent></text-sources>
      <p class="hint">
        ${mode === 'remote' ? texts.sent(remote.baseUrl) : kept ? texts.kept(leaves) : this.#download(leaves)}
      </p>
    </section>`;
  }

  #download(leaves: string): string {
    const { model } = this.page;
    const texts = words().search.firstSteps;
    const device = this.app.state.capabilities.local?.device;
    const size = megabytesText(downloadMegabytes(model, device));
    const from = model === EMBEDDED_MODEL ? texts.thisSite : 'huggingface.co';
    const runtime = runtimeMegabytes(model, device?.device);
    const named = size ? texts.modelOf(size) : texts.model;
    return texts.download(runtime === undefined ? named : texts.withRuntime(named, runtime), from, leaves);
  }
}

customElements.define('first-steps', FirstSteps);
