import type { LoadedModel } from '@nearfield/spec';
import { html, nothing } from 'lit';
import { libraryText } from '../elements/library-text.ts';
import { formatBytes } from '../shell/format.ts';
import { words } from '../words/language.ts';
import type { Catalogue } from './catalogue.ts';
import { checkText } from './check-text.ts';

type Unload = (event: Event, model: string) => void;

/** Models in memory, what computes them, and whether they were compared with published values. */
export function loadedModels(page: Catalogue, unload: Unload) {
  const t = words().models;
  const { device, loaded = [] } = page.app.state.capabilities.local ?? {};
  return html`<section class="card" aria-labelledby="memory-title">
    <h3 id="memory-title" tabindex="-1">${t.memory}</h3>
    ${device ? html`<p class="hint">${t.devices[device.device]}: ${libraryText(device.reason)}</p>` : nothing}
    ${
      loaded.length === 0
        ? html`<p class="hint">${t.noneLoaded}</p>`
        : html`<ul class="loaded">
          ${loaded.map((model) => loadedModel(page, model, unload))}
        </ul>`
    }
  </section>`;
}

function loadedModel(page: Catalogue, model: LoadedModel, unload: Unload) {
  const { id, part, runtime, device, dtype, reason, dimensions, maxTokens, bytes, batchInvariance, check } =
    model;
  const t = words().models;
  return html`<li data-loaded=${id}>
    <div class="answer-head">
      <strong>${id}${part ? ` (${part})` : ''}</strong>
      <button
        type="button"
        ?disabled=${page.state.tasks[id] !== undefined}
        @click=${(event: Event) => unload(event, id)}
      >
        ${t.unload}<span class="visually-hidden"> ${id}</span>
      </button>
    </div>
    <dl class="facts">
      <dt>${t.device}</dt>
      <dd>${t.devices[device]}, ${dtype}, ${formatBytes(bytes)}<span class="why">${libraryText(reason)}</span></dd>
      ${
        runtime
          ? html`<dt>${t.runtime}</dt>
            <dd data-runtime=${runtime.name}>${t.runtimes[runtime.name]}<span class="why">${libraryText(runtime.reason)}</span></dd>`
          : nothing
      }
      <dt>${t.check}</dt>
      <dd data-check=${check?.result ?? 'none'}>
        ${checkText(check)} ${check ? html`<span class="why">${libraryText(check.reason)}</span>` : nothing}
      </dd>
      <dt>${t.size}</dt>
      <dd>
        ${[...(dimensions > 0 ? [t.dimensions(dimensions)] : []), words().counts.tokens(maxTokens)].join(', ')}
      </dd>
      <dt>${t.batches}</dt>
      <dd>${libraryText(batchInvariance.reason)}</dd>
    </dl>
  </li>`;
}
