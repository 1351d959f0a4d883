import { html, nothing } from 'lit';
import { answeredBy } from '../elements/answered-by.ts';
import { callProgress } from '../elements/call-progress.ts';
import { FileDrop } from '../elements/file-drop.ts';
import { gapId, gapText } from '../elements/gap.ts';
import { modelField } from '../elements/model-field.ts';
import { fieldValue, PageElement, submitOnEnter, takeFiles } from '../elements/page-element.ts';
import { formatCount } from '../shell/format.ts';
import { SEARCH_NEED } from '../shell/model-choices.ts';
import '../elements/problem-list.ts';
import '../elements/remote-settings.ts';
import { decimalText } from '../text/decimal.ts';
import { languageInUse } from '../words/in-use.ts';
import { words } from '../words/language.ts';
import { slots } from '../words/slots.ts';
import { mapLink, readMapLink } from './link.ts';
import './map-canvas.ts';
import type { MapScene, PointerUse } from './map-canvas.ts';
import { mapLegend } from './map-legend.ts';
import { mapSide } from './map-side.ts';
import {
  type ColourBy,
  type Mapped,
  type Mapping,
  MOST_TEXTS,
  mappingWith,
  type Projection,
} from './mapping.ts';
import { NO_MARK } from './marks.ts';
import { startProjector } from './projection/projector.ts';

const ORIGINS = ['map'] as const;
const mappingOf = mappingWith(startProjector);

const figure = (value: number | undefined): string => (value === undefined ? '–' : decimalText(value, 2));

/** A map of texts by their meaning. */
class MapPage extends PageElement<Mapping> {
  static override readonly properties = { ...PageElement.properties, pointerUse: { state: true } };
  declare private pointerUse: PointerUse;
  readonly drop = new FileDrop(this, (files) => void this.page.mapFiles(files));
  /** The last scene: made anew only when something of it has changed, so that points do not start again. */
  #scene: { of: readonly unknown[]; scene: MapScene } | undefined;

  protected override open(): Mapping {
    return mappingOf(this.app);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.pointerUse = 'move';
    const { sample, projection, colourBy, question } = readMapLink(location.hash);
    const { page } = this;
    page.update({
      ...(projection && { projection }),
      ...(colourBy && { colourBy }),
      ...(question !== '' && { question }),
    });
    if (sample && !page.state.map && !page.call.state.running)
      void page.mapSample().then(() => (question === '' ? undefined : page.find()));
  }

  protected override updated(): void {
    const { map, isSample, projection, colourBy, found } = this.page.state;
    if (!map || !this.isConnected || !location.hash.startsWith('#/map')) return;
    const address = mapLink({ sample: isSample, projection, colourBy, question: found?.question ?? '' });
    if (address !== location.hash) history.replaceState(history.state, '', address);
  }

  protected override render() {
    const { app, page } = this;
    const { map } = page.state;
    return html`<div class="page">
      <div class="page-head"><h2 tabindex="-1">${words().map.title}</h2></div>
      ${app.state.mode === 'local' ? nothing : html`<remote-settings .app=${app}></remote-settings>`}
      ${this.#form()}
      <problem-list .app=${app} .origins=${ORIGINS}></problem-list>
      ${callProgress(page.call, words().map.embedding)} ${map ? this.#map(map) : nothing}
    </div>`;
  }

  #form() {
    const { app, page } = this;
    const { gaps, state } = page;
    const t = words().map;
    return html`<details class="card map-form" ?open=${!state.map}>
      <summary>${t.textsAndModel}</summary>
      <form aria-label=${t.texts} @submit=${this.#submit}>
        <p class="hint">${t.about}</p>
        ${
          state.map
            ? html`<label class="map-add">
              <input
                type="checkbox"
                .checked=${state.adding}
                @change=${(event: Event) => page.update({ adding: (event.currentTarget as HTMLInputElement).checked })}
              />
              ${t.add}
            </label>`
            : nothing
        }
        <div class="row">
          <button type="button" class=${state.typed.trim() === '' ? 'primary' : ''} @click=${() => page.mapSample()}>${t.mapSample}</button>
          ${
            page.searchable > 0
              ? html`<button type="button" @click=${() => page.mapSearch()}>${t.mapSearch(page.searchable)}</button>`
              : nothing
          }
        </div>
        <div class="field">
          <label for="map-texts">${t.texts}</label>
          <textarea
            id="map-texts"
            rows="6"
            dir="auto"
            aria-invalid=${gaps.of('map-texts') ? 'true' : nothing}
            aria-describedby=${gaps.of('map-texts') ? 'map-texts-gap' : 'map-texts-hint'}
            .value=${state.typed}
            @input=${(event: Event) => {
              gaps.clear('map-texts');
              page.update({ typed: fieldValue(event) });
            }}
            @keydown=${submitOnEnter}
          ></textarea>
          <p id="map-texts-hint" class="hint">${t.textsHint}</p>
          ${gapText(gaps, 'map-texts')}
        </div>
        <div class="options">
          <div class="field">
            <label for="map-files">${t.files}</label>
            <input
              id="map-files"
              type="file"
              multiple
              accept=".csv,.tsv,.txt,.md,.markdown,.html,.htm,text/*"
              aria-describedby="map-files-hint"
              @change=${(event: Event) => page.mapFiles(takeFiles(event))}
            />
            <p id="map-files-hint" class="hint">${t.filesHint}</p>
          </div>
          ${modelField({
            app,
            id: 'map-model',
            label: t.model,
            need: SEARCH_NEED,
            models: state.models,
            choose: (model, side) => page.setModel(model, side),
          })}
        </div>
        <div class="row">
          <button type="submit" class=${state.typed.trim() === '' ? '' : 'primary'}>${t.mapTexts}</button>
        </div>
      </form>
    </details>`;
  }

  #map(map: Mapped) {
    const { page } = this;
    const t = words().map;
    const { found } = page.state;
    return html`<section class="map" aria-label=${t.title}>
      <div class="answers-head" data-testid="map-answered">
        <h3>${t.texted(map.items.length)}</h3>
        ${answeredBy({
          answerer: map.answerer,
          model: map.model,
          took: map.fresh === 0 ? undefined : map.took,
          tokens: map.fresh === 0 ? undefined : map.tokens,
          timing: 'map',
          more: html`${
            map.fresh === 0
              ? html`<span>${t.allKept}</span>`
              : map.fresh < map.items.length
                ? html`<span>${t.someKept(map.items.length - map.fresh)}</span>`
                : nothing
          }
          ${map.space === undefined ? nothing : html`<span>${slots(t.space, { space: map.space })}</span>`}`,
        })}
      </div>
      ${map.leftOut > 0 ? html`<p class="hint">${t.leftOut(map.leftOut, MOST_TEXTS)}</p>` : nothing}
      ${this.#tools(map)} ${this.#making()}
      <div class="map-body">
        <div class="map-main">
          ${map.positions.pca ? this.#canvas(map) : html`<div class="map-area"></div>`}
          <p id="map-keys" class="hint">${t.keys}</p>
          ${mapLegend(page, map)} ${this.#quality(map)}
        </div>
        ${mapSide(page, map, (index) => this.#goTo(index))}
      </div>
      ${found ? html`<p class="visually-hidden">${slots(t.foundTitle, { question: found.question })}</p>` : nothing}
    </section>`;
  }

  #tools(map: Mapped) {
    const { page } = this;
    const { gaps, state } = page;
    const t = words().map;
    return html`<form class="map-find" aria-label=${t.question} @submit=${this.#find}>
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
          this.pointerUse,
          (value) => {
            this.pointerUse = value as PointerUse;
          },
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

  #making() {
    const { making } = this.page.state;
    if (!making) return nothing;
    const doing = words().map.making[making.stage];
    const share = Math.floor((making.done / Math.max(1, making.total)) * 100);
    return html`<section class="card activity" aria-label=${words().common.progress}>
      <div class="progress">
        <p class="progress-line"><strong>${doing}…</strong><span>${formatCount(share)} %</span></p>
        <progress max=${making.total} .value=${making.done} aria-label=${doing}></progress>
      </div>
      <button type="button" data-action="cancel" @click=${() => this.page.stopMaking()}>${words().map.stop}</button>
    </section>`;
  }

  #canvas(map: Mapped) {
    const { page } = this;
    return html`<map-canvas
      .scene=${this.#sceneOf(map)}
      .pointerUse=${this.pointerUse}
      .lookAt=${(index: number | undefined) => page.look(index)}
      .selectPoints=${(indices: readonly number[], add: boolean) => page.select(indices, { add })}
      .togglePoint=${(index: number) => page.toggle(index)}
    ></map-canvas>`;
  }

  #sceneOf(map: Mapped): MapScene {
    const { projection, colourBy, selected, current, found } = this.page.state;
    const positions = map.positions[projection] ?? map.positions.pca!;
    const of = [positions, map.items, map.groups, colourBy, selected, current, found];
    if (this.#scene?.of.every((each, at) => each === of[at])) return this.#scene.scene;
    const numbers = new Map(map.labels.map((label, number) => [label, number]));
    const marks = Int16Array.from(map.items, ({ label }, index) =>
      colourBy === 'group' ? map.groups[index]! : (numbers.get(label) ?? NO_MARK),
    );
    const scene: MapScene = {
      positions,
      marks,
      texts: map.items,
      selected: new Set(selected),
      current,
      found: found?.nearest,
    };
    this.#scene = { of, scene };
    return scene;
  }

  #quality({ quality, explained }: Mapped) {
    if (!quality?.pca) return nothing;
    const t = words().map;
    const share = new Intl.NumberFormat(languageInUse(), { style: 'percent' }).format(explained);
    return html`<section class="map-quality" aria-labelledby="map-quality-title">
      <h3 id="map-quality-title">${t.quality}</h3>
      <p data-testid="map-quality">
        ${slots(quality.umap ? t.trust : t.trustPcaOnly, {
          pca: html`<strong>${figure(quality.pca.value)}</strong>`,
          umap: html`<strong>${figure(quality.umap?.value)}</strong>`,
        })}
      </p>
      <p class="hint">
        ${t.trustHint(quality.pca.neighbours, quality.pca.points)} ${slots(t.explained, { share })} ${t.illustration}
      </p>
    </section>`;
  }

  #goTo(index: number): void {
    this.page.look(index);
    this.querySelector('map-canvas')?.show(index);
  }

  #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    void this.page.mapTyped().then((fits) => (fits ? undefined : this.focusGap()));
  };

  #find = (event: SubmitEvent): void => {
    event.preventDefault();
    void this.page.find().then((fits) => (fits ? undefined : this.focusGap()));
  };
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

customElements.define('map-page', MapPage);
