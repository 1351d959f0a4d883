import type { MapScene } from './map-canvas.ts';
import type { MapState } from './map-state.ts';
import { NO_MARK } from './marks.ts';

type Shown = Pick<MapState, 'map' | 'projection' | 'colourBy' | 'selected' | 'current' | 'found'>;

/** Makes scenes of a map, a new one only when something of it has changed: points would start again. */
export class Scenes {
  #last: { of: readonly unknown[]; scene: MapScene } | undefined;

  /** @returns undefined until there are places */
  of({ map, projection, colourBy, selected, current, found }: Shown): MapScene | undefined {
    const positions = map?.positions[projection] ?? map?.positions.pca;
    if (!map || !positions) return undefined;
    const of = [positions, map.items, map.groups, colourBy, selected, current, found];
    if (this.#last?.of.every((each, at) => each === of[at])) return this.#last.scene;
    const numbers = new Map(map.labels.map((label, number) => [label, number]));
    const marks = Int16Array.from(map.items, ({ label }, index) =>
      colourBy === 'group' ? map.groups[index]! : (numbers.get(label) ?? NO_MARK),
    );
    const scene: MapScene = {
      positions,
      marks,
      items: map.items,
      selected: new Set(selected),
      current,
      found: found?.nearest,
    };
    this.#last = { of, scene };
    return scene;
  }
}
