import type { FileProgress } from '@nearfield/spec';
import { html, nothing, type TemplateResult } from 'lit';
import { formatBytes, formatCount, formatPlural } from '../shell/format.ts';
import type { ModelLoading } from '../shell/model-progress.ts';

const FILE_STATES = {
  waiting: 'waiting',
  downloading: 'downloading',
  'from-cache': 'from cache',
  done: 'done',
};

/** A model on its way into memory: the total first, then every file. */
export function modelProgress(loading: ModelLoading): TemplateResult {
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
          <summary>${formatPlural(files.length, 'file')}</summary>
          <ul class="files">
            ${files.map((file) => fileLine(file))}
          </ul>
        </details>`
        : nothing
    }
  </div>`;
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
