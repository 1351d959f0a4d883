import { html, nothing } from 'lit';
import { ArrivingFiles } from '../app/arrivals.ts';
import { FileDrop } from '../elements/file-drop.ts';
import { SEARCH_NEED } from '../shell/model-choices.ts';
import { SearchElement } from './search-element.ts';
import './activity-panel.ts';
import './answer-list.ts';
import './collection-panel.ts';
import './example-questions.ts';
import './first-steps.ts';
import './model-panel.ts';
import './paste-dialog.ts';
import { modelField } from '../elements/model-field.ts';
import '../elements/problem-list.ts';
import '../elements/remote-settings.ts';
import './search-field.ts';
import '../elements/storage-panel.ts';
import './text-sources.ts';
import { words } from '../words/language.ts';

/** What goes wrong with indexing and asking; what goes wrong with texts and storage is said there. */
const ORIGINS = ['indexing', 'question'] as const;

/** Semantic search over the visitor's texts. */
class SearchPage extends SearchElement {
  readonly drop = new FileDrop(this, (files) => void this.page.addFiles(files));
  readonly arrivals = new ArrivingFiles(this, 'search', (files) => void this.page.addFiles(files));

  protected override render() {
    const { app } = this;
    const { documents, question, indexed, indexing } = this.page.state;
    return html`<div class="columns">
        <div class="main-column">
          ${app.state.mode === 'local' ? nothing : this.#remote()}
          <search-field .app=${app}></search-field>
          <problem-list .app=${app} .origins=${ORIGINS} level="2"></problem-list>
          <activity-panel .app=${app}></activity-panel>
          ${
            documents.length === 0
              ? html`<first-steps .app=${app}></first-steps>`
              : question.trim() !== '' && indexed === 0
                ? html`<p class="hint">
                  ${indexing ? words().search.answeredSoon : words().search.indexFirst}
                </p>`
                : nothing
          }
          <example-questions .app=${app}></example-questions>
          <answer-list .app=${app}></answer-list>
        </div>
        <aside class="side-column" aria-label=${words().search.sideColumn}>
          <collection-panel .app=${app}></collection-panel>
          <model-panel .app=${app}></model-panel>
          <storage-panel .app=${app}></storage-panel>
        </aside>
      </div>
      <paste-dialog .app=${app}></paste-dialog>`;
  }

  /** Key, address, and the model to search with. */
  #remote() {
    const { app, page } = this;
    return html`<remote-settings
      .app=${app}
      .more=${
        app.side === 'local'
          ? undefined
          : modelField({
              app,
              id: 'remote-model',
              need: SEARCH_NEED,
              models: page.state.models,
              choose: (model, side) => page.setModel(model, side),
            })
      }
      .apply=${this.#apply}
    ></remote-settings>`;
  }

  #apply = (): void => {
    if (this.page.state.total > 0) void this.page.index();
  };
}

customElements.define('search-page', SearchPage);
