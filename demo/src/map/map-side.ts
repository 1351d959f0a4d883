import { html, nothing } from 'lit';
import { answeredBy } from '../elements/answered-by.ts';
import { fieldValue } from '../elements/page-element.ts';
import { decimalText } from '../text/decimal.ts';
import { words } from '../words/language.ts';
import { slots } from '../words/slots.ts';
import { markIcon } from './map-legend.ts';
import type { Mapped, Near } from './map-state.ts';
import type { Mapping } from './mapping.ts';
import { NO_MARK } from './marks.ts';

/** Texts that the list holds at once. */
const SHOWN = 60;

type GoTo = (index: number) => void;

/** What is beside the map: the point that is looked at, and the texts. */
export const mapSide = (page: Mapping, map: Mapped, goTo: GoTo) =>
  html`<div class="map-side">${current(page, map, goTo)} ${found(page, map, goTo)} ${list(page, map, goTo)}</div>`;

function current(page: Mapping, map: Mapped, goTo: GoTo) {
  const { current: index, selected } = page.state;
  const item = index === undefined ? undefined : map.items[index];
  if (index === undefined || !item) return nothing;
  const t = words().map;
  const near = page.near(index);
  const group = map.groupNames[map.groups[index]!];
  return html`<section class="card" aria-labelledby="map-current-title" data-testid="map-current">
    <h3 id="map-current-title">${t.current}</h3>
    ${item.picture ? html`<img class="map-picture" src=${page.addresses.of(item.picture.blob)} alt=${item.text} />` : nothing}
    <p class="map-text" dir="auto">${item.text}</p>
    <dl class="facts">
      ${item.label === '' ? nothing : html`<dt>${t.label}</dt><dd dir="auto">${item.label}</dd>`}
      ${group ? html`<dt>${t.group}</dt><dd dir="auto">${group}</dd>` : nothing}
    </dl>
    <div class="row">
      <button type="button" @click=${() => page.toggle(index)}>${selected.includes(index) ? t.unselect : t.select}</button>
      <button type="button" class="quiet" @click=${() => page.look(undefined)}>${t.close}</button>
    </div>
    <h4>${t.nearTitle}</h4>
    <p class="hint">${near.length > 0 ? t.nearHint : t.nearPending}</p>
    ${near.length > 0 ? html`<ol class="map-items">${near.map((each) => entry(page, map, each.index, goTo, each))}</ol>` : nothing}
  </section>`;
}

function found(page: Mapping, map: Mapped, goTo: GoTo) {
  const { found: answer } = page.state;
  if (!answer) return nothing;
  const t = words().map;
  return html`<section class="card" aria-labelledby="map-found-title" data-testid="map-found">
    <h3 id="map-found-title" dir="auto">${slots(t.foundTitle, { question: answer.question })}</h3>
    ${answeredBy({ answerer: answer.answerer, model: answer.model, took: answer.took, timing: 'find' })}
    <p class="hint">${t.foundHint} ${isOfBoth(map, answer.nearest) ? t.foundApart : nothing}</p>
    <ol class="map-items">
      ${answer.nearest.map((each) => entry(page, map, each.index, goTo, each))}
    </ol>
  </section>`;
}

/** Whether there are texts and pictures among some points. */
const isOfBoth = ({ items }: Mapped, nearest: readonly Near[]): boolean =>
  new Set(nearest.map(({ index }) => items[index]!.picture !== undefined)).size > 1;

function list(page: Mapping, map: Mapped, goTo: GoTo) {
  const { selected, filter } = page.state;
  const t = words().map;
  const indices = selected.length > 0 ? selected : page.filtered;
  return html`<section class="card" aria-labelledby="map-list-title" data-testid="map-list">
    <h3 id="map-list-title">${selected.length > 0 ? t.selected(page.amountOf(selected)) : t.list}</h3>
    ${
      selected.length > 0
        ? html`<div class="row"><button type="button" @click=${() => page.select([])}>${t.clearSelection}</button></div>`
        : html`<div class="field">
            <label for="map-filter">${t.filter}</label>
            <input
              id="map-filter"
              type="search"
              dir="auto"
              autocomplete="off"
              .value=${filter}
              @input=${(event: Event) => page.update({ filter: fieldValue(event) })}
            />
          </div>
          ${
            filter.trim() !== '' && indices.length > 0
              ? html`<div class="row"><button type="button" @click=${() => page.select(indices)}>${t.selectFiltered(page.amountOf(indices))}</button></div>`
              : nothing
          }`
    }
    ${
      indices.length === 0
        ? html`<p class="hint">${t.nothingFits}</p>`
        : html`<ol class="map-items">${indices.slice(0, SHOWN).map((index) => entry(page, map, index, goTo))}</ol>`
    }
    ${indices.length > SHOWN ? html`<p class="hint">${t.more(indices.length - SHOWN)}</p>` : nothing}
    <div class="row">
      <button type="button" @click=${() => page.save('csv')}>${t.exportCsv}</button>
      <button type="button" @click=${() => page.save('json')}>${t.exportJson}</button>
    </div>
    <p class="hint">${t.exportHint}</p>
  </section>`;
}

function entry(page: Mapping, map: Mapped, index: number, goTo: GoTo, near?: Near) {
  const { colourBy, current: chosen } = page.state;
  const item = map.items[index]!;
  const number = colourBy === 'group' ? map.groups[index]! : map.labels.indexOf(item.label);
  return html`<li>
    <button type="button" class="map-item" aria-pressed=${index === chosen ? 'true' : 'false'} @click=${() => goTo(index)}>
      ${markIcon(number < 0 ? NO_MARK : number)}
      ${item.picture ? html`<img src=${page.addresses.of(item.picture.thumbnail)} alt="" width="40" height="40" loading="lazy" />` : nothing}
      <span class="text" dir="auto">${item.text}</span>
      ${near ? html`<span class="cosine">${decimalText(near.cosine, 3)}</span>` : nothing}
    </button>
  </li>`;
}
