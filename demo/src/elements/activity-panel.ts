import type { FileProgress } from '@nearfield/spec';
import { html, nothing } from 'lit';
import { formatBytes, formatCount } from '../app/format.ts';
import type { ModelLoading } from '../app/model-progress.ts';
import { AppElement } from './app-element.ts';

const FILE_STATES = {
  waiting: 'waiting',
  downloading: 'downloading',
  'from-cache': 'from cache',
  done: 'done',
};

/** A model on its way, indexing, or what is left to index. */
class ActivityPanel extends AppElement {
  protected override render() {
    const { loading, indexing, indexed, total, documents } = this.app.state;
    const underWay = loading && loading.took === undefined;
    if (!indexing && !underWay)
      return indexed < total || (documents.length > 0 && total === 0) ? this.#waiting() : nothing;
    return html`<section class="card activity" aria-label="Progress">
      ${underWay ? this.#model(loading) : this.#indexing()}
      <button type="button" data-action="cancel" @click=${() => this.app.cancelIndexing()}>Cancel</button>
    </section>`;
  }

  /** The total first, then every file. */
  #model(loading: ModelLoading) {
    const { state, loaded, total, rate, files, model } = loading;
    const moving = state === 'downloading' || state === 'from-cache';
    return html`<div class="progress" data-state=${state}>
      <p class="progress-line">
        <strong>${titleOf(loading)}</strong>
        ${
          moving && total > 0
            ? html`<span
              >${formatBytes(loaded)} of ${formatBytes(total)}${
                state === 'downloading' && rate > 0 ? html` · ${formatBytes(rate)}/s` : nothing
              }</span
            >`
            : nothing
        }
      </p>
      ${
        moving && total > 0
          ? html`<progress max=${total} .value=${loaded} aria-label="Model ${model}"></progress>`
          : html`<progress aria-label="Model ${model}"></progress>`
      }
      ${
        moving && files.length > 0
          ? html`<details>
            <summary>${files.length} files</summary>
            <ul class="files">
              ${files.map((file) => fileLine(file))}
            </ul>
          </details>`
          : nothing
      }
    </div>`;
  }

  #indexing() {
    const { done, total, passages, tokens, elapsed } = this.app.state.indexing!;
    const perSecond = (count: number): number => (elapsed > 0 ? (count / elapsed) * 1000 : 0);
    return html`<div class="progress" data-state="indexing">
      <p class="progress-line">
        <strong>Indexing ${formatCount(done)} of ${formatCount(total)} passages</strong>
        ${
          passages > 0
            ? html`<span
              >${formatCount(perSecond(passages))} passages/s · ${formatCount(perSecond(tokens))} tokens/s</span
            >`
            : nothing
        }
      </p>
      <progress max=${Math.max(1, total)} .value=${done} aria-label="Indexing"></progress>
    </div>`;
  }

  #waiting() {
    const { indexed, total, mode } = this.app.state;
    const missing = `${formatCount(total - indexed)} of ${formatCount(total)} passages`;
    const rest = `are not indexed with ${this.app.model} ${mode === 'local' ? 'in this browser' : 'at the server'} yet.`;
    return html`<section class="card activity" aria-label="Progress">
      <p>${total === 0 ? 'The texts hold no passage.' : html`<strong>${missing}</strong> ${rest}`}</p>
      <button type="button" class="primary" data-action="index" @click=${() => this.app.index()}>
        ${indexed > 0 ? 'Continue' : 'Index'}
      </button>
    </section>`;
  }
}

function fileLine({ path, state, loaded, total }: FileProgress) {
  const share =
    state === 'downloading' && total > 0 ? ` ${formatCount(Math.floor((loaded / total) * 100))} %` : '';
  const size = total > 0 ? ` · ${formatBytes(total)}` : '';
  return html`<li>
    <span class="name">${path}</span>
    <span class="hint">${FILE_STATES[state]}${share}${size}</span>
  </li>`;
}

function titleOf({ state, model }: ModelLoading): string {
  switch (state) {
    case 'downloading':
      return `Downloading ${model}`;
    case 'from-cache':
      return `Loading ${model} from this browser’s storage`;
    case 'compiling':
      return `Preparing ${model}`;
    case 'checking':
      return `Checking ${model}`;
    case 'ready':
      return `${model} is ready`;
  }
}

customElements.define('activity-panel', ActivityPanel);
