import { html, nothing } from 'lit';
import { words } from '../words/language.ts';
import { saveClassifier } from './classifiers.ts';
import { classifierCode } from './code.ts';
import { exportedClassifier } from './head.ts';
import { TeachElement } from './teach-element.ts';
import './teach-register.ts';

/** A name as part of a file's name. */
export const fileName = (name: string): string =>
  name
    .trim()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-|-$/gu, '')
    .toLowerCase() || 'project';

/** What was learnt, for elsewhere: a classifier for `/v1/classify`, a file, a few lines of code. */
class TeachExport extends TeachElement {
  protected override render() {
    const { project, learner } = this.page;
    if (!project || !learner.state.learnt) return nothing;
    const text = words().teach;
    const file = `${fileName(project.name)}.classifier.json`;
    const code = classifierCode(file, this.page.model);
    return html`<section class="card export" aria-labelledby="export-title">
      <h3 id="export-title">${text.export}</h3>
      <p class="hint">${text.exportHint}</p>
      <teach-register .app=${this.app}></teach-register>
      <div class="row">
        <button type="button" @click=${() => saveClassifier(file, this.#classifier())}>${text.saveClassifier}</button>
      </div>
      <p class="hint">${text.saveHint} <code>${`nearfield classifiers import ${file}`}</code></p>
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
    </section>`;
  }

  #classifier() {
    const { learnt } = this.page.learner.state;
    const { weights, samples, project } = learnt!;
    return exportedClassifier(weights, this.page.model, samples.length, project.id);
  }

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
