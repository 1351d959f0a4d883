import { perApp } from '../shell/page-state.ts';
import { saveFile } from '../shell/save-file.ts';
import { Stopwatch } from '../shell/stopwatch.ts';
import { words } from '../words/language.ts';
import { type SavedFormat, savedFile, savedPoints } from './export.ts';
import type { MapItem } from './item.ts';
import { MapMaking } from './map-making.ts';
import type { Near } from './map-state.ts';
import type { StartProjector } from './projection/projector.ts';
import { packVectors } from './projection/vectors.ts';
import { membersOf, nearestOf, nearestTo, withWords } from './reading-map.ts';

/** A map of texts and pictures by their embeddings, and what is looked for, pointed at and chosen on it. */
export class Mapping extends MapMaking {
  #filtered: { items: readonly MapItem[]; filter: string; indices: number[] } | undefined;

  /** Finds what is nearest to a question by the vectors. @returns false where nothing is asked */
  async find(): Promise<boolean> {
    const { map } = this.state;
    const question = this.state.question.trim();
    if (!this.gaps.check({ 'map-question': question === '' && words().map.noQuestion })) return false;
    if (!map) return true;
    const found = await this.call.run(async (_, options) => {
      const watch = new Stopwatch();
      const { vectors, answer } = await this.embedder.embed(
        this.model,
        [{ text: question, label: '' }],
        watch.around(options),
      );
      return { vector: packVectors(vectors), answer, took: watch.elapsed };
    });
    if (!found || this.state.map?.vectors !== map.vectors) return true;
    const nearest = nearestTo(map, found.vector);
    const answered = this.answeredBy(found.answer);
    this.update({
      found: { question, nearest, took: found.took, ...answered },
      selected: [],
      current: undefined,
    });
    this.app.announceQuietly(
      words().map.foundSaid(
        this.amountOf(nearest.map(({ index }) => index)),
        map.items[nearest[0]!.index]!.text,
      ),
    );
    return true;
  }

  stopFinding(): void {
    this.gaps.clear('map-question');
    this.update({ question: '', found: undefined });
  }

  /** The nearest items of a point by the original vectors; none until they are known. */
  near(index: number): Near[] {
    const { map } = this.state;
    return map ? nearestOf(map, index) : [];
  }

  /** Looks at a point, and says what it is. */
  look(index: number | undefined): void {
    if (index === this.state.current) return;
    this.update({ current: index });
    const item = index === undefined ? undefined : this.state.map?.items[index];
    if (item) this.app.announceQuietly(item.label === '' ? item.text : `${item.text} (${item.label})`);
  }

  select(indices: readonly number[], { add = false } = {}): void {
    const selected = add ? [...new Set([...this.state.selected, ...indices])] : [...indices];
    this.update({ selected: selected.sort((a, b) => a - b), found: undefined });
    this.app.announceQuietly(words().map.selectedSaid(this.amountOf(selected)));
  }

  toggle(index: number): void {
    const { selected } = this.state;
    this.select(selected.includes(index) ? selected.filter((each) => each !== index) : [...selected, index]);
  }

  /** The points with a label or of a group, as the colours show them. */
  members(mark: number): number[] {
    const { map, colourBy } = this.state;
    return map ? membersOf(map, colourBy, mark) : [];
  }

  /** Points whose texts have the words of the filter. Computed once: the page reads it with every change. */
  get filtered(): readonly number[] {
    const { filter, map } = this.state;
    const items = map?.items ?? [];
    if (this.#filtered?.items !== items || this.#filtered.filter !== filter)
      this.#filtered = { items, filter, indices: withWords(items, filter) };
    return this.#filtered.indices;
  }

  /** Saves the selected points, or all. */
  async save(format: SavedFormat): Promise<void> {
    const { map, selected, projection } = this.state;
    if (!map) return;
    const indices = selected.length > 0 ? selected : [...map.items.keys()];
    const points = savedPoints(map, projection, indices);
    if (!points) return;
    const name = `map.${format}`;
    saveFile(name, await savedFile(points, format));
    this.app.announce(words().map.saved(name));
  }
}

export const mappingWith = (start: StartProjector) => perApp((app) => new Mapping(app, start));
