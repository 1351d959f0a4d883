import { html, nothing } from 'lit';
import { words } from '../words/language.ts';
import { classifiersOf, saveClassifier } from './classifiers.ts';
import './classifiers-panel.ts';
import { classifierCode } from './code.ts';
import { exportedClassifier } from './head.ts';
import { TeachElement } from './teach-element.ts';

/** A name as part of a file's name. */
export const fileName = (name: string): string =>
  name
    .trim()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-|-$/gu, '')
    .toLowerCase() || 'project';

/** What was learnt, for elsewhere: a classifier for `/v1/classify`, a file, a few lines of code. */
class TeachExport extends TeachElement {
  static override readonly properties = { ...TeachElement.properties, registered: { state: true } };
  declare private registered: string | undefined;

  protected override render() {
    const { project, learner } = this.page;
    if (!project || !learner.state.learnt) return nothing;
    const text = words().teach;
    const file = `${fileName(project.name)}.classifier.json`;
    const code = classifierCode(file, this.page.model);
    return html`<section class="card export" aria-labelledby="export-title">
      <h3 id="export-title">${text.export}</h3>
      <p class="hint">${text.exportHint}</p>
      <div class="row">
        <button type="button" @click=${this.#register}>${text.register}</button>
        <button type="button" @click=${() => saveClassifier(file, this.#classifier())}>${text.saveClassifier}</button>
      </div>
      ${
        this.registered === undefined
          ? nothing
          : html`<p data-testid="registered">
            ${text.registered} <code>{ "classifier_id": "${this.registered}" }</code>
          </p>`
      }
      <details>
        <summary>${text.code}</summary>
        <p class="hint">${text.codeHint(file)}</p>
        <div class="scrolls" tabindex="0" role="group" aria-label=${text.code}>
          <pre><code data-testid="code">${code}</code></pre>
        </div>
        <div class="row">
          <button type="button" @click=${() => this.#copy(code)}>${text.copy}</button>
        </div>
      </details>
      <classifiers-panel .app=${this.app}></classifiers-panel>
    </section>`;
  }

  #classifier() {
    const { learnt } = this.page.learner.state;
    return exportedClassifier(learnt!.weights, this.page.model, learnt!.samples.length);
  }

  readonly #register = async (): Promise<void> => {
    const exported = this.#classifier();
    if (!(await classifiersOf(this.app).register(exported))) return;
    this.registered = exported.classifier.classifier_id;
    this.app.announce(words().teach.registeredSaid);
  };

  async #copy(code: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(code);
      this.app.announce(words().teach.copied);
    } catch {
      // Without the right to write there, the lines are selected, for the visitor to copy.
      const lines = this.querySelector('pre code');
      if (lines) getSelection()?.selectAllChildren(lines);
      this.app.announce(words().teach.selected);
    }
  }
}

customElements.define('teach-export', TeachExport);
