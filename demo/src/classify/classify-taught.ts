import { html } from 'lit';
import '../elements/problem-list.ts';
import { AppElement } from '../elements/app-element.ts';
import '../teach/classifier-list.ts';
import '../teach/classifier-test.ts';
import { words } from '../words/language.ts';

const ORIGINS = ['classify'] as const;

/** Texts with a classifier that was taught. */
class ClassifyTaught extends AppElement {
  protected override render() {
    const { app } = this;
    return html`<div class="halves">
      <section class="card classifiers-panel" aria-labelledby="classifiers-title">
        <h3 id="classifiers-title" tabindex="-1">${words().teach.classifiers(app.place)}</h3>
        <p class="hint">${words().classify.taughtHint}</p>
        <classifier-list .app=${app}></classifier-list>
      </section>
      <div class="results">
        <problem-list .app=${app} .origins=${ORIGINS}></problem-list>
        <classifier-test .boxed=${true} .app=${app}></classifier-test>
      </div>
    </div>`;
  }
}

customElements.define('classify-taught', ClassifyTaught);
