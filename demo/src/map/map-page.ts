import { html, nothing } from 'lit';
import { answeredBy } from '../elements/answered-by.ts';
import { callProgress } from '../elements/call-progress.ts';
import { droppedFiles } from '../elements/dropped-files.ts';
import { FileDrop } from '../elements/file-drop.ts';
import { PageElement } from '../elements/page-element.ts';
import { formatCount } from '../shell/format.ts';
import '../elements/problem-list.ts';
import '../elements/remote-settings.ts';
import { words } from '../words/language.ts';
import { slots } from '../words/slots.ts';
import type { PointerUse } from './gestures.ts';
import { mapLink, readMapLink } from './link.ts';
import './map-canvas.ts';
import { mapForm } from './map-form.ts';
import { mapLegend } from './map-legend.ts';
import { MOST_TEXTS } from './map-making.ts';
import { mapQuality } from './map-quality.ts';
import { mapSide } from './map-side.ts';
import type { Mapped } from './map-state.ts';
import { mapTools } from './map-tools.ts';
import { type Mapping, mappingWith } from './mapping.ts';
import { startProjector } from './projection/projector.ts';
import { Scenes } from './scene.ts';

const ORIGINS = ['map'] as const;
const mappingOf = mappingWith(startProjector);

/** A map of texts by their meaning. */
class MapPage extends PageElement<Mapping> {
  static override readonly properties = { ...PageElement.properties, pointerUse: { state: true } };
  declare private pointerUse: PointerUse;
  readonly drop = new FileDrop(
    this,
    (_, transfer) => void droppedFiles(transfer).then((files) => this.page.mapFiles(files)),
  );
  readonly #scenes = new Scenes();

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
      void page.mapSample(sample).then(() => (question === '' ? undefined : page.find()));
  }

  protected override updated(): void {
    const { map, sample, projection, colourBy, found } = this.page.state;
    if (!map || !this.isConnected || !location.hash.startsWith('#/map')) return;
    const address = mapLink({ sample, projection, colourBy, question: found?.question ?? '' });
    if (address !== location.hash) history.replaceState(history.state, '', address);
  }

  protected override render() {
    const { app, page } = this;
    const { map } = page.state;
    return html`<div class="page">
      <div class="page-head"><h2 tabindex="-1">${words().map.title}</h2></div>
      ${app.state.mode === 'local' ? nothing : html`<remote-settings .app=${app}></remote-settings>`}
      ${mapForm(page, this.#submit)}
      <problem-list .app=${app} .origins=${ORIGINS}></problem-list>
      ${callProgress(page.call, page.state.reading ? words().map.reading : words().map.embedding)} ${map ? this.#map(map) : nothing}
    </div>`;
  }

  #map(map: Mapped) {
    const { page } = this;
    const t = words().map;
    const { found } = page.state;
    return html`<section class="map" aria-label=${t.title}>
      <div class="answers-head" data-testid="map-answered">
        <h3>${page.amountOf()}</h3>
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
      ${mapTools(page, map, {
        find: this.#find,
        pointerUse: this.pointerUse,
        usePointer: (use) => {
          this.pointerUse = use;
        },
      })}
      ${this.#making()}
      <div class="map-body">
        <div class="map-main">
          ${this.#canvas()}
          <p id="map-keys" class="hint">${t.keys}</p>
          ${mapLegend(page, map)} ${mapQuality(map)}
        </div>
        ${mapSide(page, map, (index) => this.#goTo(index))}
      </div>
      ${found ? html`<p class="visually-hidden">${slots(t.foundTitle, { question: found.question })}</p>` : nothing}
    </section>`;
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

  #canvas() {
    const { page } = this;
    const scene = this.#scenes.of(page.state);
    if (!scene) return html`<div class="map-area"></div>`;
    return html`<map-canvas
      .scene=${scene}
      .label=${words().map.canvasLabel(page.amountOf())}
      .pointerUse=${this.pointerUse}
      .lookAt=${(index: number | undefined) => page.look(index)}
      .selectPoints=${(indices: readonly number[], add: boolean) => page.select(indices, { add })}
      .togglePoint=${(index: number) => page.toggle(index)}
    ></map-canvas>`;
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

customElements.define('map-page', MapPage);
