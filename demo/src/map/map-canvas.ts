import { html, LitElement, type PropertyValues } from 'lit';
import { words } from '../words/language.ts';
import { drawMap, type Palette, type Scene } from './draw.ts';
import { Gestures, type GestureTarget, type PointerUse } from './gestures.ts';
import type { MapItem } from './item.ts';
import { type KeyTarget, pressKey, ZOOM_STEP } from './keyboard.ts';
import { MapTip } from './map-tip.ts';
import { COLOURS } from './marks.ts';
import { Motion } from './motion.ts';
import { paletteOf } from './palette.ts';
import { type Direction, Picking } from './picking.ts';
import { Thumbnails, thumbnailSide } from './thumbnails.ts';
import {
  moved,
  type Size,
  type Spot,
  showing,
  toMap,
  toScreen,
  type View,
  wholeView,
  zoomed,
} from './view.ts';

/** Pixels around a point that are taken for it. */
const REACH = 14;

/** What the map shows, and is told of. */
export interface MapScene extends Pick<Scene, 'marks' | 'selected' | 'current' | 'found'> {
  /** Places in a square from 0 to 1. Shape: [count, 2]. */
  positions: Float32Array;
  items: readonly MapItem[];
}

/** Points on a canvas, that can be moved, zoomed, pointed at and selected. */
class MapCanvas extends LitElement implements GestureTarget, KeyTarget {
  static override readonly properties = {
    scene: { attribute: false },
    label: { attribute: false },
    pointerUse: { attribute: false },
    hovered: { state: true },
  };
  declare scene: MapScene;
  /** What the map is, for those who do not see it. */
  declare label: string;
  declare pointerUse: PointerUse;
  /** A point was pointed at, or gone to. */
  lookAt: (index: number | undefined) => void = () => undefined;
  selectPoints: (indices: readonly number[], add: boolean) => void = () => undefined;
  togglePoint: (index: number) => void = () => undefined;

  declare private hovered: number | undefined;
  #size: Size = { width: 1, height: 1 };
  #view: View | undefined;
  readonly #motion = new Motion(() => this.#drawSoon());
  #thumbnails: { of: readonly MapItem[]; thumbnails: Thumbnails | undefined } | undefined;
  readonly #tip = new MapTip();
  #picking: { of: Float32Array; picking: Picking } | undefined;
  #palette: Palette | undefined;
  #frame = 0;
  readonly #gestures = new Gestures(this);
  readonly #resize = new ResizeObserver(() => this.#measure());
  readonly #theme = new MutationObserver(() => this.#recolour());
  readonly #dark = matchMedia('(prefers-color-scheme: dark)');

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#theme.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    this.#dark.addEventListener('change', this.#recolour);
  }

  override disconnectedCallback(): void {
    this.#resize.disconnect();
    this.#theme.disconnect();
    this.#dark.removeEventListener('change', this.#recolour);
    cancelAnimationFrame(this.#frame);
    this.#motion.stop();
    this.#thumbnails?.thumbnails?.close();
    this.#tip.close();
    super.disconnectedCallback();
  }

  protected override render() {
    const { hovered, scene } = this;
    const item = hovered === undefined ? undefined : scene.items[hovered];
    const t = words().map;
    return html`<div
        class="map-area"
        role="application"
        tabindex="0"
        aria-label=${this.label}
        aria-describedby="map-keys"
        data-use=${this.pointerUse}
        @keydown=${this.#key}
        @pointerdown=${this.#down}
        @pointermove=${this.#move}
        @pointerup=${this.#up}
        @pointercancel=${this.#up}
        @pointerleave=${this.#leave}
        @dblclick=${this.#doubleClick}
      >
        <canvas aria-hidden="true"></canvas>
        <div class="map-colours" aria-hidden="true">
          ${Array.from({ length: COLOURS + 1 }, (_, colour) => html`<i data-colour=${colour}></i>`)}<i data-colour="ink"></i><i data-colour="ground"></i>
        </div>
        ${this.#tip.render(item, () => this.#placeTip())}
      </div>
      <div class="map-zoom">
        <button type="button" class="icon" aria-label=${t.zoomIn} title=${t.zoomIn} @click=${() => this.zoom(ZOOM_STEP)}>+</button>
        <button type="button" class="icon" aria-label=${t.zoomOut} title=${t.zoomOut} @click=${() => this.zoom(1 / ZOOM_STEP)}>−</button>
        <button type="button" class="icon" aria-label=${t.showAll} title=${t.showAll} @click=${() => this.showAll()}>⤢</button>
      </div>`;
  }

  protected override firstUpdated(): void {
    const area = this.#area;
    this.#resize.observe(area);
    // Not by an attribute: it must be able to keep the page from scrolling.
    area.addEventListener('wheel', this.#wheel, { passive: false });
    this.#recolour();
    this.#measure();
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has('scene')) this.#motion.to(this.scene.positions);
    this.#takeItems(this.scene.items);
    this.#placeTip();
    this.#drawSoon();
  }

  /** Brings a point into view. */
  show(index: number): void {
    if (!this.#view) return;
    this.#view = showing(this.#view, this.#size, this.#pick().position(index));
    this.#drawSoon();
  }

  showAll(): void {
    this.#view = wholeView(this.#size);
    this.#drawSoon();
  }

  zoom(factor: number, at: Spot = { x: this.#size.width / 2, y: this.#size.height / 2 }): void {
    if (!this.#view) return;
    this.#view = zoomed(this.#view, this.#size, factor, at);
    this.hovered = undefined;
    this.#drawSoon();
  }

  get #area(): HTMLElement {
    return this.querySelector<HTMLElement>('.map-area')!;
  }

  #takeItems(items: readonly MapItem[]): void {
    if (this.#thumbnails?.of === items) return;
    this.#thumbnails?.thumbnails?.close();
    const hasPictures = items.some(({ picture }) => picture);
    this.#thumbnails = {
      of: items,
      thumbnails: hasPictures ? new Thumbnails(items, () => this.#drawSoon()) : undefined,
    };
  }

  /** Finds points where they will be when they have come to rest. */
  #pick(): Picking {
    const { positions } = this.scene;
    if (this.#picking?.of !== positions) this.#picking = { of: positions, picking: new Picking(positions) };
    return this.#picking.picking;
  }

  #measure(): void {
    const canvas = this.querySelector('canvas')!;
    const { clientWidth: width, clientHeight: height } = this.#area;
    if (width === 0 || height === 0) return;
    const ratio = devicePixelRatio;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    const before = this.#view && wholeView(this.#size).scale;
    this.#size = { width, height };
    const whole = wholeView(this.#size);
    this.#view =
      this.#view && before ? { ...this.#view, scale: (this.#view.scale * whole.scale) / before } : whole;
    this.#draw();
  }

  #recolour = (): void => {
    this.#palette = paletteOf(this);
    this.#drawSoon();
  };

  #drawSoon(): void {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame((now) => {
      this.#frame = 0;
      if (this.#motion.advance(now)) this.#drawSoon();
      this.#draw();
    });
  }

  #draw(): void {
    const context = this.querySelector('canvas')?.getContext('2d');
    if (!context || !this.#view || !this.#palette) return;
    drawMap(context, {
      ...this.scene,
      thumbnails: this.#thumbnails?.thumbnails,
      positions: this.#motion.positions,
      hovered: this.hovered,
      line: this.#gestures.line,
      view: this.#view,
      size: this.#size,
      ratio: devicePixelRatio,
      palette: this.#palette,
    });
  }

  #spotOf(event: PointerEvent | WheelEvent | MouseEvent): Spot {
    const { left, top } = this.#area.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  }

  #at(spot: Spot): number | undefined {
    const view = this.#view;
    if (!view) return undefined;
    const side = this.#thumbnails?.thumbnails ? thumbnailSide(this.scene.items.length, view) : 0;
    return this.#pick().at(toMap(view, this.#size, spot), Math.max(REACH, side / 2) / view.scale);
  }

  moveBy(right: number, down: number): void {
    if (this.#view) this.#view = moved(this.#view, right, down);
    this.#drawSoon();
  }

  hover(spot: Spot | undefined): void {
    this.hovered = spot && this.#at(spot);
  }

  press(spot: Spot, isShift: boolean): void {
    const index = this.#at(spot);
    if (index !== undefined && isShift) this.togglePoint(index);
    this.lookAt(index);
  }

  enclose(line: readonly Spot[], isShift: boolean): void {
    const view = this.#view;
    if (!view) return;
    this.selectPoints(this.#pick().inside(line.map((spot) => toMap(view, this.#size, spot))), isShift);
  }

  lineChanged(): void {
    this.#drawSoon();
  }

  #down = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    this.#area.setPointerCapture(event.pointerId);
    this.#gestures.down(event.pointerId, this.#spotOf(event));
  };

  #move = (event: PointerEvent): void =>
    this.#gestures.move(event.pointerId, this.#spotOf(event), event.pointerType === 'mouse');

  #up = (event: PointerEvent): void =>
    this.#gestures.up(event.pointerId, {
      isShift: event.shiftKey,
      isCancelled: event.type !== 'pointerup',
    });

  #leave = (): void => {
    this.hovered = undefined;
  };

  #doubleClick = (event: MouseEvent): void => {
    if (this.pointerUse === 'move') this.zoom(ZOOM_STEP, this.#spotOf(event));
  };

  /** Zooms once the map was chosen by a click or the keyboard; until then the page scrolls past it. */
  #wheel = (event: WheelEvent): void => {
    if (!event.ctrlKey && document.activeElement !== this.#area) return;
    event.preventDefault();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    this.zoom(Math.exp((-event.deltaY * lines) / 300), this.#spotOf(event));
  };

  #key = (event: KeyboardEvent): void => {
    if (pressKey(event, this)) event.preventDefault();
  };

  go(direction: Direction): void {
    const { current } = this.scene;
    const next =
      current === undefined ? this.#pick().at({ x: 0.5, y: 0.5 }) : this.#pick().towards(current, direction);
    if (next === undefined) return;
    this.lookAt(next);
    this.show(next);
  }

  toggleCurrent(): void {
    const { current } = this.scene;
    if (current !== undefined) this.togglePoint(current);
  }

  leave(): void {
    this.hovered = undefined;
    this.lookAt(undefined);
  }

  #placeTip(): void {
    const tip = this.querySelector<HTMLElement>('.map-tip');
    if (!tip || this.hovered === undefined || !this.#view) return;
    const spot = toScreen(this.#view, this.#size, this.#pick().position(this.hovered));
    this.#tip.place(tip, spot, this.#size);
  }
}

customElements.define('map-canvas', MapCanvas);

declare global {
  interface HTMLElementTagNameMap {
    'map-canvas': MapCanvas;
  }
}
