import { html, nothing } from 'lit';
import { gapId, gapText } from '../elements/gap.ts';
import { fieldValue } from '../elements/page-element.ts';
import { words } from '../words/language.ts';
import type { PointerUse } from './gestures.ts';
import type { ColourBy, Mapped, Projection } from './map-state.ts';
import type { Mapping } from './mapping.ts';

interface MapToolsOptions {
  find: (event: SubmitEvent) => void;
  pointerUse: PointerUse;
  usePointer: (use: PointerUse) => void;
}

/** What is done with a map: finding by meaning, and how it is shown. */
export function mapTools(page: Mapping, map: Mapped, { find, pointerUse, usePointer }: MapToolsOptions) {
  const { gaps, state } = page;
  const t = words().map;
  return html`<form class="map-find" aria-label=${t.question} @submit=${find}>
      <div class="field">
        <label for="map-question">${t.question}</label>
        <input
          id="map-question"
          type="search"
          dir="auto"
          autocomplete="off"
          placeholder=${t.questionHint}
          aria-invalid=${gaps.of('map-question') ? 'true' : nothing}
          aria-describedby=${gapId(gaps, 'map-question')}
          .value=${state.question}
          @input=${(event: Event) => {
            gaps.clear('map-question');
            page.update({ question: fieldValue(event) });
          }}
        />
        ${gapText(gaps, 'map-question')}
      </div>
      <button type="submit" class="primary">${t.find}</button>
      ${state.found ? html`<button type="button" @click=${() => page.stopFinding()}>${t.stopFinding}</button>` : nothing}
    </form>
    <div class="map-tools">
      ${choices(
        t.projection,
        'map-projection',
        [
          ['pca', t.pca],
          ['umap', t.umap],
        ],
        state.projection,
        (value) => page.update({ projection: value as Projection }),
      )}
      ${
        map.labels.length > 1
          ? choices(
              t.colourBy,
              'map-colour',
              [
                ['label', t.label],
                ['group', t.group],
              ],
              state.colourBy,
              (value) => page.update({ colourBy: value as ColourBy }),
            )
          : nothing
      }
      ${choices(
        t.pointer,
        'map-pointer',
        [
          ['move', t.move],
          ['lasso', t.lasso],
        ],
        pointerUse,
        (value) => usePointer(value as PointerUse),
      )}
      <label class="map-groups"
        >${t.groupCount}
        <input
          type="number"
          min="1"
          max=${Math.min(40, map.items.length)}
          .value=${String(state.groups)}
          ?disabled=${!page.canRegroup}
          @change=${(event: Event) => page.setGroups(Number(fieldValue(event)))}
        />
      </label>
    </div>`;
}

/** One of a few things, as buttons that are radio buttons. */
function choices(
  legend: string,
  name: string,
  options: readonly (readonly [value: string, label: string])[],
  chosen: string,
  choose: (value: string) => void,
) {
  return html`<fieldset class="map-choices">
    <legend>${legend}</legend>
    <div class="mode-switch">
      ${options.map(
        ([value, label]) => html`<label>
          <input type="radio" name=${name} .value=${value} .checked=${value === chosen} @change=${() => choose(value)} />
          <span class="choice">${label}</span>
        </label>`,
      )}
    </div>
  </fieldset>`;
}
