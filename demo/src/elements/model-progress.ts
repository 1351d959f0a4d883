import type { FileProgress } from '@nearfield/spec';
import { html, nothing, type TemplateResult } from 'lit';
import { formatBytes, formatCount, formatSeconds } from '../shell/format.ts';
import { type ModelLoading, remainingTime } from '../shell/model-progress.ts';
import { words } from '../words/language.ts';

/** A model on its way into memory: the total, the speed and the time left, then every file. */
export function modelProgress(loading: ModelLoading): TemplateResult {
  const { state, loaded, total, files, model } = loading;
  const said = words().elements;
  const moving = (state === 'downloading' || state === 'from-cache') && total > 0;
  return html`<div class="progress" data-state=${state}>
    <p class="progress-line">
      <strong>${said.loading[state](model)}</strong>
      ${moving ? html`<span>${amountOf(loading)}</span>` : nothing}
    </p>
    ${
      moving
        ? html`<progress max=${total} .value=${loaded} aria-label=${said.progressOf(model)}></progress>`
        : html`<progress aria-label=${said.progressOf(model)}></progress>`
    }
    ${
      moving && files.length > 0
        ? html`<details>
          <summary>${words().counts.files(files.length)}</summary>
          <ul class="files">
            ${files.map((file) => fileLine(file))}
          </ul>
        </details>`
        : nothing
    }
  </div>`;
}

/** `12.0 MB of 23.5 MB · 4.1 MB/s · 3 s left`; speed and time of a download only. */
function amountOf(loading: ModelLoading): string {
  const { state, loaded, total, rate } = loading;
  const said = words().elements;
  const left = remainingTime(loading);
  return [
    said.of(formatBytes(loaded), formatBytes(total)),
    ...(state === 'downloading' && rate > 0 ? [said.perSecond(formatBytes(Math.round(rate)))] : []),
    ...(left === undefined ? [] : [said.left(formatSeconds(left))]),
  ].join(' · ');
}

function fileLine({ path, state, loaded, total }: FileProgress) {
  const share =
    state === 'downloading' && total > 0 ? ` ${formatCount(Math.floor((loaded / total) * 100))} %` : '';
  const size = total > 0 ? ` · ${formatBytes(total)}` : '';
  return html`<li>
    <span class="name">${path}</span>
    <span class="hint">${words().elements.fileStates[state]}${share}${size}</span>
  </li>`;
}
