import { html, nothing } from 'lit';
import { PictureAddresses } from '../pictures/addresses.ts';
import type { MapItem } from './item.ts';
import type { Size, Spot } from './view.ts';

/** Pixels between the tip and the edge of the map. */
const MARGIN = 4;

/** What a point is, beside the pointer: its picture, its label, its text. */
export class MapTip {
  readonly #addresses = new PictureAddresses();
  #shown: Blob | undefined;

  /** @param grown called when a picture has given the tip its size */
  render(item: MapItem | undefined, grown: () => void) {
    return html`<div class="map-tip" ?hidden=${item === undefined} dir="auto" aria-hidden="true">
      ${item?.picture ? html`<img src=${this.#addressOf(item.picture.blob)} alt="" @load=${grown} />` : nothing}
      ${item?.label ? html`<strong>${item.label}</strong> ` : nothing}${item?.text}
    </div>`;
  }

  /** Puts the tip beside a spot, within the map. */
  place(tip: HTMLElement, { x, y }: Spot, { width, height }: Size): void {
    const left = Math.max(MARGIN, Math.min(x + 12, width - tip.offsetWidth - MARGIN));
    const below = y + 14;
    const top =
      below + tip.offsetHeight > height - MARGIN ? Math.max(MARGIN, y - 14 - tip.offsetHeight) : below;
    tip.style.transform = `translate(${left}px, ${top}px)`;
  }

  /** Lets go of the picture. */
  close(): void {
    this.#addresses.release();
    this.#shown = undefined;
  }

  #addressOf(picture: Blob): string {
    if (this.#shown !== picture) this.close();
    this.#shown = picture;
    return this.#addresses.of(picture);
  }
}
