import { html, nothing } from 'lit';
import { ArrivingFiles } from '../app/arrivals.ts';
import { droppedFiles, placed } from '../elements/dropped-files.ts';
import { FileDrop } from '../elements/file-drop.ts';
import { SEARCH_NEED } from '../shell/model-choices.ts';
import { addFiles } from './add-files.ts';
import { NO_CHOICES } from './filters/choices.ts';
import { SearchAddress } from './filters/search-address.ts';
import { SearchElement } from './search-element.ts';
import './activity-panel.ts';
import './answer-list.ts';
import './collection-panel.ts';
import './example-questions.ts';
import './filters/search-filters.ts';
import './first-steps.ts';
import './model-panel.ts';
import './paste-dialog.ts';
import './pictures/picture-answers.ts';
import { modelField } from '../elements/model-field.ts';
import '../elements/problem-list.ts';
import '../elements/remote-settings.ts';
import './search-field.ts';
import { PICTURE_NEED } from './pictures/kept-model.ts';
import '../elements/storage-panel.ts';
import './text-sources.ts';
import { words } from '../words/language.ts';

/** What goes wrong with indexing and asking; what goes wrong with texts and storage is said there. */
const ORIGINS = ['indexing', 'question'] as const;

/** Semantic search over the visitor's texts. */
class SearchPage extends SearchElement {
  readonly drop = new FileDrop(this, (_, transfer) => {
    void droppedFiles(transfer).then((files) => addFiles(this.app, files));
  });
  readonly arrivals = new ArrivingFiles(this, 'search', (files) => addFiles(this.app, placed(files)));
  readonly address = new SearchAddress(this, () => this.page);

  protected override render() {
    const { app } = this;
    const { documents, question, indexed, indexing, withoutModel, aheadFailed } = this.page.state;
    const isEmpty = documents.length === 0 && this.pictures.state.documents.length === 0;
    return html`<div class="columns">
        <div class="main-column">
          ${app.state.mode === 'local' ? nothing : this.#remote()}
          <search-field .app=${app}></search-field>
          <search-filters .app=${app}></search-filters>
          <problem-list .app=${app} .origins=${ORIGINS} level="2"></problem-list>
          ${isEmpty && aheadFailed ? html`<p>${words().search.answers.notFetched}</p>` : nothing}
          <activity-panel .app=${app}></activity-panel>
          <activity-panel .app=${app} of="pictures"></activity-panel>
          ${
            isEmpty && !withoutModel
              ? html`<first-steps .app=${app}></first-steps>`
              : question.trim() !== '' && indexed === 0 && documents.length > 0 && !withoutModel
                ? html`<p class="hint">
                  ${indexing ? words().search.answeredSoon : words().search.indexFirst}
                </p>`
                : nothing
          }
          <example-questions .app=${app}></example-questions>
          <picture-answers .app=${app}></picture-answers>
          <answer-list .app=${app}></answer-list>
          ${this.#nothingFits()}
          ${isEmpty && withoutModel ? html`<first-steps .app=${app}></first-steps>` : nothing}
        </div>
        <aside class="side-column" aria-label=${words().search.sideColumn}>
          <collection-panel .app=${app}></collection-panel>
          <model-panel .app=${app}></model-panel>
          <storage-panel .app=${app}></storage-panel>
        </aside>
      </div>
      <paste-dialog .app=${app}></paste-dialog>`;
  }

  protected override updated(): void {
    // What the style sheet shows while files are above the page.
    this.dataset.drop = words().search.drop;
  }

  /** Filters may leave nothing: the next step is to take them away. */
  #nothingFits() {
    const { answers, filters } = this.page.state;
    const found = [answers, this.pictures.state.answers];
    const isAnswered = found.some((each) => each !== undefined);
    const isEmpty = found.every((each) => each === undefined || each.length === 0);
    if (!isAnswered || !isEmpty || Object.keys(filters).length === 0) return nothing;
    return html`<div class="nothing-fits">
      <p>${words().search.answers.nothing}</p>
      <button type="button" @click=${this.#removeFilters}>${words().search.filters.removeAll}</button>
    </div>`;
  }

  #removeFilters = (): void => {
    this.page.setFilters(NO_CHOICES);
    this.querySelector<HTMLElement>('#question')?.focus();
  };

  /** Key, address, and the model to search with. */
  #remote() {
    const { app } = this;
    return html`<remote-settings
      .app=${app}
      .more=${app.side === 'local' ? undefined : this.#remoteModels()}
      .apply=${this.#apply}
    ></remote-settings>`;
  }

  #remoteModels() {
    const { app, page, pictures } = this;
    return html`${modelField({
      app,
      id: 'remote-model',
      need: SEARCH_NEED,
      models: page.state.models,
      choose: (model, side) => page.setModel(model, side),
    })}
    ${
      pictures.state.documents.length === 0
        ? nothing
        : modelField({
            app,
            id: 'remote-picture-model',
            label: words().search.pictures.model,
            need: PICTURE_NEED,
            models: pictures.state.models,
            choose: (model, side) => pictures.setModel(model, side),
          })
    }`;
  }

  #apply = (): void => {
    if (this.page.state.total > 0) void this.page.index();
    if (this.pictures.state.total > 0) void this.pictures.index();
  };
}

customElements.define('search-page', SearchPage);
