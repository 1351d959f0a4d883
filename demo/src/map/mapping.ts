import type { Router } from '@nearfield/router';
import type { CallOptions, SearchFoundation } from '@nearfield/spec';
import { oneSpace } from '../search/one-space.ts';
import { pdfReader } from '../search/pdf-reader.ts';
import {
  decodeText,
  MAX_TEXT_BYTES,
  type PdfReader,
  readTextFile,
  UnreadableFileError,
} from '../search/read-files.ts';
import { loadSample } from '../search/sample.ts';
import { searchingOf } from '../search/searching.ts';
import type { App, Side } from '../shell/app.ts';
import { EMBEDDED_MODEL, REMOTE_MODEL } from '../shell/model-choices.ts';
import { type Answered, ModelPageState, perApp } from '../shell/page-state.ts';
import { saveFile } from '../shell/save-file.ts';
import { Stopwatch } from '../shell/stopwatch.ts';
import { linesOf } from '../text/lines.ts';
import { words } from '../words/language.ts';
import { type SavedFormat, savedFile } from './export.ts';
import { namesOfGroups } from './group-names.ts';
import { distinctItems, type MapItem } from './item.ts';
import { KeptVectors } from './kept-vectors.ts';
import { usualGroups } from './projection/groups.ts';
import type { Neighbours } from './projection/neighbours.ts';
import type { Quality, Stage } from './projection/project.ts';
import type { ProjectionReply, Projector, StartProjector } from './projection/projector.ts';
import { packVectors, product, type Vectors } from './projection/vectors.ts';
import { isTable, readTable } from './table.ts';
import { inSquare } from './view.ts';

/** Texts of one map: comparing all with all takes time that grows with the square of their number. */
export const MOST_TEXTS = 10_000;

/** The same for every map, so that the same texts give the same picture. */
const SEED = 42;

/** Points that a question shows. */
const SHOWN_FOR_QUESTION = 10;

export type Projection = 'pca' | 'umap';
export type ColourBy = 'label' | 'group';

/** A point near something, and the cosine of the original vectors. */
export interface Near {
  readonly index: number;
  readonly cosine: number;
}

/** A map, as far as it is made. */
export interface Mapped extends Answered {
  readonly items: readonly MapItem[];
  readonly vectors: Vectors;
  /** Places in a square, by projection. Shape: [count, 2]. */
  readonly positions: Partial<Record<Projection, Float32Array>>;
  /** The group of each text, and the groups' names. */
  readonly groups: Uint8Array;
  readonly groupNames: readonly string[];
  /** The different labels, by falling number of texts; empty where there are none. */
  readonly labels: readonly string[];
  readonly neighbours: Neighbours | undefined;
  readonly quality: Quality | undefined;
  /** Share of the variance that the principal components hold. */
  readonly explained: number;
  /** Milliseconds, tokens and texts of what was embedded for it. */
  readonly took: number;
  readonly tokens: number;
  readonly fresh: number;
  /** The space of the vectors, where the answers name it. */
  readonly space: string | undefined;
  /** Texts that were too many. */
  readonly leftOut: number;
}

/** Texts that are near a question. */
export interface Found extends Answered {
  readonly question: string;
  readonly nearest: readonly Near[];
  readonly took: number;
}

interface MapState {
  models: Record<Side, string>;
  /** Texts as they are typed or pasted. */
  typed: string;
  /** Whether new texts come to those of the map. */
  adding: boolean;
  /** Whether the map is one of the sample passages. */
  isSample: boolean;
  map: Mapped | undefined;
  /** What is being made; undefined when nothing is. */
  making: { stage: Stage; done: number; total: number } | undefined;
  projection: Projection;
  colourBy: ColourBy;
  groups: number;
  selected: readonly number[];
  /** The point that is looked at. */
  current: number | undefined;
  question: string;
  found: Found | undefined;
  /** Words that texts of the list have. */
  filter: string;
}

/** A map of texts by their embeddings. */
export class Mapping extends ModelPageState<MapState> {
  readonly #kept = new KeptVectors();
  readonly #start: StartProjector;
  #projector: Projector | undefined;
  /** Counts the maps, so that a reply for an earlier one is none for this. */
  #run = 0;
  #routed: { router: Router; foundation: SearchFoundation } | undefined;

  constructor(app: App, start: StartProjector) {
    super(app, 'map', {
      models: { local: EMBEDDED_MODEL, remote: REMOTE_MODEL },
      typed: '',
      adding: false,
      isSample: false,
      map: undefined,
      making: undefined,
      projection: 'umap',
      colourBy: 'label',
      groups: 0,
      selected: [],
      current: undefined,
      question: '',
      found: undefined,
      filter: '',
    });
    this.#start = start;
    app.watch((event) => {
      if (event === 'switched') this.clear();
    });
  }

  /** The model of the map: in Auto that of this browser, whoever embeds with it. */
  override get model(): string {
    return this.state.models[this.app.side];
  }

  /** Takes another model. The map was made with the one before. */
  override setModel(model: string, side?: Side): void {
    const before = this.model;
    super.setModel(model, side);
    if (this.model !== before) this.clear();
  }

  /** Takes the map away. Vectors are kept. */
  clear(): void {
    this.call.cancel();
    this.#stopProjector();
    this.update({ map: undefined, making: undefined, selected: [], current: undefined, found: undefined });
  }

  /** Texts of the search page that can be taken. */
  get searchable(): number {
    return searchingOf(this.app).state.total;
  }

  /** Maps the sample passages, with their subjects as labels. */
  async mapSample(): Promise<void> {
    const { document } = await loadSample();
    await this.map(
      document.passages.map(({ text, source }) => ({ text, label: source })),
      { isSample: true },
    );
  }

  /** Maps the passages of the search page, with their documents as labels. */
  async mapSearch(): Promise<void> {
    const { documents } = searchingOf(this.app).state;
    await this.map(
      documents.flatMap(({ name, passages }) =>
        passages.map(({ text, source }) => ({ text, label: documents.length > 1 ? name : source })),
      ),
    );
  }

  /** Maps what was typed or pasted. @returns false where something is missing, which is said at the field */
  async mapTyped(): Promise<boolean> {
    const { typed } = this.state;
    const items = isTable(typed)
      ? await readTable(typed)
      : linesOf(typed).map((text) => ({ text, label: '' }));
    const count = distinctItems(items).length;
    if (!this.gaps.check({ 'map-texts': count < (this.state.adding ? 1 : 2) && words().map.fewTexts }))
      return false;
    await this.map(items);
    return true;
  }

  /** Maps texts of files: rows of tables, passages of others. */
  async mapFiles(files: readonly File[]): Promise<void> {
    this.app.forget(this.origin);
    const read = await Promise.allSettled(
      files.map((file) => itemsOfFile(file, files.length > 1, pdfReader(this.app))),
    );
    const refused: string[] = [];
    for (const each of read) {
      if (each.status === 'fulfilled') continue;
      if (each.reason instanceof UnreadableFileError) refused.push(each.reason.message);
      else this.app.report(each.reason, this.origin);
    }
    const items = read.flatMap((each) => (each.status === 'fulfilled' ? each.value : []));
    if (distinctItems(items).length < (this.state.adding ? 1 : 2)) {
      this.gaps.check({ 'map-texts': refused.join(' ') || words().map.fewTexts });
      return;
    }
    this.gaps.check({ 'map-texts': refused.join(' ') });
    await this.map(items);
  }

  /** Embeds texts that have no vectors yet, and makes a map of all. */
  async map(given: readonly MapItem[], { isSample = false } = {}): Promise<void> {
    const before = this.state.adding ? (this.state.map?.items ?? []) : [];
    const all = distinctItems([...before, ...given]);
    const items = all.slice(0, MOST_TEXTS);
    this.clear();
    const texts = items.map(({ text }) => text);
    const done = await this.call.run(async (_, options) => {
      const watch = new Stopwatch();
      const embedded = await this.#embed(texts, watch.around(options));
      return { embedded, took: watch.elapsed };
    });
    if (!done) return;
    const { vectors, tokens, fresh, answer } = done.embedded;
    const groups = usualGroups(items.length);
    const labels = labelsOf(items);
    const packed = packVectors(vectors);
    this.update({
      map: {
        items,
        vectors: packed,
        positions: {},
        groups: new Uint8Array(items.length),
        groupNames: [],
        labels,
        neighbours: undefined,
        quality: undefined,
        explained: 0,
        took: done.took,
        tokens,
        fresh,
        space: this.#kept.spaceOf(this.#place),
        leftOut: all.length - items.length,
        ...this.answeredBy(answer),
      },
      adding: false,
      isSample: isSample && before.length === 0,
      groups,
      colourBy: labels.length > 1 ? this.state.colourBy : 'group',
      making: { stage: 'neighbours', done: 0, total: 1 },
    });
    const run = this.#run;
    this.#projector = this.#start(packed, { groups, seed: SEED }, (reply) => {
      if (this.#run === run) this.#take(reply);
    });
  }

  /** Stops making the map. What is there stays. */
  stopMaking(): void {
    this.#stopProjector();
    this.update({ making: undefined, ...(this.state.map?.positions.umap ? {} : { projection: 'pca' }) });
    this.app.announceQuietly(words().map.stopped);
  }

  #stopProjector(): void {
    this.#run++;
    this.#projector?.stop();
    this.#projector = undefined;
  }

  /** Whether the number of groups can be changed: the worker that has the vectors is there. */
  get canRegroup(): boolean {
    return this.#projector !== undefined;
  }

  setGroups(groups: number): void {
    const { map } = this.state;
    if (!map || !Number.isInteger(groups) || groups < 1) return;
    this.update({ groups: Math.min(groups, map.items.length, 40), colourBy: 'group' });
    this.#projector?.regroup(this.state.groups, SEED);
  }

  #take(reply: ProjectionReply): void {
    const { map } = this.state;
    if (!map) return;
    const place = (projection: Projection, positions: Float32Array): Partial<Mapped> => ({
      positions: { ...map.positions, [projection]: inSquare(positions) },
    });
    const change = (changes: Partial<Mapped>): void => this.update({ map: { ...map, ...changes } });
    switch (reply.type) {
      case 'pca':
        change({ ...place('pca', reply.positions), explained: reply.explained });
        this.app.announceQuietly(words().map.pcaShown(map.items.length));
        break;
      case 'groups': {
        const texts = map.items.map(({ text }) => text);
        change({ groups: reply.groups, groupNames: namesOfGroups(texts, reply.groups) });
        break;
      }
      case 'progress':
        this.update({ making: { stage: reply.stage, done: reply.done, total: reply.total } });
        break;
      case 'neighbours':
        change({ neighbours: reply.neighbours });
        break;
      case 'layout':
        change(place('umap', reply.positions));
        if (reply.final) this.app.announceQuietly(words().map.umapShown);
        break;
      case 'quality':
        change({ quality: reply.quality });
        break;
      case 'done':
        this.update({ making: undefined });
        break;
      case 'failed':
        this.#stopProjector();
        this.update({ making: undefined });
        this.app.report(new Error(reply.message), this.origin);
        break;
    }
  }

  /** Finds the texts that are nearest to a question by their vectors. @returns false where nothing is asked */
  async find(): Promise<boolean> {
    const { map } = this.state;
    const question = this.state.question.trim();
    if (!this.gaps.check({ 'map-question': question === '' && words().map.noQuestion })) return false;
    if (!map) return true;
    const found = await this.call.run(async (_, options) => {
      const watch = new Stopwatch();
      const { vectors, answer } = await this.#embed([question], watch.around(options));
      return { vector: packVectors(vectors), answer, took: watch.elapsed };
    });
    if (!found || this.state.map?.vectors !== map.vectors) return true;
    const nearest = map.items
      .map((_, index) => ({ index, cosine: product(map.vectors, index, found.vector, 0) }))
      .sort((a, b) => b.cosine - a.cosine)
      .slice(0, SHOWN_FOR_QUESTION);
    const answered = this.answeredBy(found.answer);
    this.update({
      found: { question, nearest, took: found.took, ...answered },
      selected: [],
      current: undefined,
    });
    this.app.announceQuietly(words().map.foundSaid(nearest.length, map.items[nearest[0]!.index]!.text));
    return true;
  }

  stopFinding(): void {
    this.gaps.clear('map-question');
    this.update({ question: '', found: undefined });
  }

  /** The nearest texts of a point by the original vectors; none until they are known. */
  near(index: number): Near[] {
    const { neighbours } = this.state.map ?? {};
    if (!neighbours) return [];
    const { size, indices, cosines } = neighbours;
    return Array.from({ length: Math.min(size, 8) }, (_, at) => ({
      index: indices[index * size + at]!,
      cosine: cosines[index * size + at]!,
    }));
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
    this.app.announceQuietly(words().map.selectedSaid(selected.length));
  }

  toggle(index: number): void {
    const { selected } = this.state;
    this.select(selected.includes(index) ? selected.filter((each) => each !== index) : [...selected, index]);
  }

  /** The points with a label or of a group, as the colours show them. */
  members(style: number): number[] {
    const { map, colourBy } = this.state;
    if (!map) return [];
    const label = map.labels[style];
    return [...map.items.keys()].filter((index) =>
      colourBy === 'label' ? map.items[index]!.label === label : map.groups[index] === style,
    );
  }

  /** Points whose texts have the words of the filter. */
  get filtered(): number[] {
    const { map, filter } = this.state;
    if (!map) return [];
    const wanted = filter.toLowerCase().split(/\s+/u);
    return [...map.items.keys()].filter((index) => {
      const { text, label } = map.items[index]!;
      const own = `${text} ${label}`.toLowerCase();
      return wanted.every((word) => own.includes(word));
    });
  }

  /** Saves the selected points, or all. */
  async save(format: SavedFormat): Promise<void> {
    const { map, selected, projection } = this.state;
    if (!map) return;
    const positions = map.positions[projection] ?? map.positions.pca;
    if (!positions) return;
    const indices = selected.length > 0 ? selected : [...map.items.keys()];
    const points = indices.map((index) => ({
      ...map.items[index]!,
      group: map.groupNames[map.groups[index]!] ?? '',
      x: positions[index * 2]!,
      y: positions[index * 2 + 1]!,
    }));
    const name = `map.${format}`;
    saveFile(name, await savedFile(points, format));
    this.app.announce(words().map.saved(name));
  }

  /** Where vectors come from: those of different places never meet. */
  get #place(): string {
    const { mode, remote } = this.app.state;
    return JSON.stringify([mode, this.model, mode === 'remote' ? remote.baseUrl : '']);
  }

  #embed(texts: readonly string[], options: CallOptions) {
    return this.#kept.embed(this.#place, this.#foundation(), this.model, texts, options);
  }

  #foundation(): SearchFoundation {
    if (this.app.state.mode !== 'auto') return this.app.foundation();
    const router = this.app.router();
    if (this.#routed?.router !== router) this.#routed = { router, foundation: oneSpace(router) };
    return this.#routed.foundation;
  }
}

/** The texts of a file: rows of a table, passages of anything else under the file's name. */
async function itemsOfFile(file: File, several: boolean, readPdf: PdfReader): Promise<MapItem[]> {
  if (/\.(?:csv|tsv)$/iu.test(file.name) || file.type === 'text/csv') return itemsOfTable(file);
  const { name, passages } = await readTextFile(file, readPdf);
  return passages.map(({ text, headings }) => ({ text, label: several ? name : (headings[0] ?? '') }));
}

/** @throws UnreadableFileError for a folder, or what is no text */
async function itemsOfTable(file: File): Promise<MapItem[]> {
  const bytes = await file.arrayBuffer().catch(() => undefined);
  const text = bytes && file.size <= MAX_TEXT_BYTES ? decodeText(new Uint8Array(bytes)) : undefined;
  if (text === undefined) throw new UnreadableFileError(words().map.unreadable(file.name));
  return readTable(text);
}

/** Labels by falling number of texts; those without one are no label. */
function labelsOf(items: readonly MapItem[]): string[] {
  const counts = new Map<string, number>();
  for (const { label } of items) if (label !== '') counts.set(label, (counts.get(label) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([label]) => label);
}

export const mappingWith = (start: StartProjector) => perApp((app) => new Mapping(app, start));
