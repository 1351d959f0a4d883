import type { Palette } from './draw.ts';
import { COLOURS } from './marks.ts';

/** Colours of the style sheet as a canvas takes them. @param element holds one element for each, by `data-colour` */
export function paletteOf(element: HTMLElement): Palette {
  const colour = (name: string | number): string =>
    getComputedStyle(element.querySelector(`.map-colours [data-colour="${name}"]`)!).color;
  return {
    marks: Array.from({ length: COLOURS + 1 }, (_, number) => colour(number)),
    ink: colour('ink'),
    ground: colour('ground'),
  };
}
