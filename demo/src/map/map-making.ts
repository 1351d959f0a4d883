import { type PlacedFile, placed } from '../elements/dropped-files.ts';
import { PictureAddresses } from '../pictures/addresses.ts';
import { pdfReader } from '../search/pdf-reader.ts';
import { searchingOf } from '../search/searching.ts';
import type { App, Side } from '../shell/app.ts';
import { EMBEDDED_MODEL, REMOTE_MODEL } from '../shell/model-choices.ts';
import { type Answered, ModelPageState } from '../shell/page-state.ts';
import { Stopwatch } from '../shell/stopwatch.ts';
import { words } from '../words/language.ts';
import { distinctItems, labelsOf, type MapItem } from './item.ts';
import { MapEmbedder } from './map-embedder.ts';
import { readMapFiles } from './map-files.ts';
import { passagesOf, samplePassages, samplePictureFiles, typedItems } from './map-sources.ts';
import type { MapState, Sample } from './map-state.ts';
import { usualGroups } from './projection/groups.ts';
import type { ProjectionReply, Projector, StartProjector } from './projection/projector.ts';
import { packVectors } from './projection/vectors.ts';
import { changesBy } from './projection-changes.ts';

/** Items of one map: comparing all with all takes time that grows with the square of their number. */
export const MOST_TEXTS = 10_000;

/** The same for every map, so that the same texts give the same picture. */
const SEED = 42;

/** How a map comes to be: its items, their vectors, their places. */
export abstract class MapMaking extends ModelPageState<MapState> {
  protected readonly embedder: MapEmbedder;
  /** Of the pictures that the page shows. */
  readonly addresses = new PictureAddresses();
  readonly #start: StartProjector;
  #projector: Projector | undefined;
  /** Counts the maps, so that a reply for an earlier one is none for this. */
  #run = 0;

  constructor(app: App, start: StartProjector) {
    super(app, 'map', {
      models: { local: EMBEDDED_MODEL, remote: REMOTE_MODEL },
      pictureModels: { local: 'icon-clip', remote: 'jina-clip-v2' },
      withPictures: false,
      reading: false,
      typed: '',
      adding: false,
      sample: undefined,
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
    this.embedder = new MapEmbedder(app);
    this.#start = start;
    app.watch((event) => {
      if (event === 'switched') this.clear();
    });
  }

  get #models(): Record<Side, string> {
    const { withPictures, models, pictureModels } = this.state;
    return withPictures ? pictureModels : models;
  }

  /** The model of the map: in Auto that of this browser, whoever embeds with it. */
  override get model(): string {
    return this.#models[this.app.side];
  }

  /** Takes another model for maps of texts. A map of texts was made with the one before. */
  override setModel(model: string, side?: Side): void {
    const before = this.model;
    super.setModel(model, side);
    if (this.model !== before) this.clear();
  }

  /** Takes another model for maps with pictures. */
  setPictureModel(model: string, side: Side = this.app.side): void {
    const before = this.model;
    const name = model.trim();
    if (name !== '') this.update({ pictureModels: { ...this.state.pictureModels, [side]: name } });
    if (this.model !== before) this.clear();
  }

  override answeredBy(answer: object): Answered {
    const answerer = this.app.answererOf(answer);
    return { answerer, model: this.#models[answerer.side] };
  }

  /** Takes the map away. Vectors are kept. */
  clear(): void {
    this.call.cancel();
    this.#stopProjector();
    this.update({ map: undefined, making: undefined, selected: [], current: undefined, found: undefined });
    this.addresses.release();
  }

  /** `30 texts`, of the map or of some of its items. */
  amountOf(indices?: readonly number[]): string {
    const all = this.state.map?.items ?? [];
    const items = indices ? indices.map((index) => all[index]!) : all;
    const pictures = items.filter(({ picture }) => picture).length;
    const kind = pictures === 0 ? 'texts' : pictures === items.length ? 'pictures' : 'both';
    return words().map.amounts[kind](items.length);
  }

  /** Texts of the search page that can be taken. */
  get searchable(): number {
    return searchingOf(this.app).state.total;
  }

  /** Maps the sample passages with their subjects as labels, or the sample pictures. */
  async mapSample(sample: Sample = 'passages'): Promise<void> {
    if (sample === 'pictures') await this.mapFiles(placed(await samplePictureFiles()), { sample });
    else await this.map(await samplePassages(), { sample });
  }

  /** Maps the passages of the search page. */
  mapSearch(): Promise<void> {
    return this.map(passagesOf(searchingOf(this.app).state.documents));
  }

  /** Maps what was typed or pasted. @returns false where something is missing, which is said at the field */
  async mapTyped(): Promise<boolean> {
    const items = await typedItems(this.state.typed);
    if (!this.gaps.check({ 'map-texts': this.#tooFew(items) && words().map.fewTexts })) return false;
    await this.map(items);
    return true;
  }

  /** Maps texts and pictures of files: rows of tables, pictures, passages of others. */
  async mapFiles(files: readonly PlacedFile[], { sample }: { sample?: Sample } = {}): Promise<void> {
    this.update({ reading: true });
    const read = await this.call.run(async (_, { signal, onProgress }) =>
      readMapFiles(files, pdfReader(this.app), {
        signal,
        onRead: (done, total) =>
          onProgress?.({
            type: 'work-progress',
            inputs: { done, total },
            tokens: { done: 0, total: 0 },
          }),
      }),
    );
    this.update({ reading: false });
    if (!read) return;
    const refused = read.refused.join(' ');
    const isTooFew = this.#tooFew(read.items);
    this.gaps.check({ 'map-texts': refused || (isTooFew && words().map.fewTexts) });
    if (!isTooFew) await this.map(read.items, { sample });
  }

  #tooFew(items: readonly MapItem[]): boolean {
    return distinctItems(items).length < (this.state.adding && this.state.map ? 1 : 2);
  }

  /** Embeds what has no vectors yet, and makes a map of all. */
  async map(given: readonly MapItem[], { sample }: { sample?: Sample | undefined } = {}): Promise<void> {
    const before = this.state.adding ? (this.state.map?.items ?? []) : [];
    const all = distinctItems([...before, ...given]);
    const items = all.slice(0, MOST_TEXTS);
    this.clear();
    this.update({ withPictures: items.some(({ picture }) => picture) });
    const done = await this.call.run(async (_, options) => {
      const watch = new Stopwatch();
      const embedded = await this.embedder.embed(this.model, items, watch.around(options));
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
        space: this.embedder.spaceOf(this.model),
        leftOut: all.length - items.length,
        ...this.answeredBy(answer),
      },
      adding: false,
      sample: before.length === 0 ? sample : undefined,
      groups,
      colourBy: labels.length > 1 ? this.state.colourBy : 'group',
      making: { stage: 'neighbours', done: 0, total: 1 },
    });
    const run = this.#run;
    const texts = items.map(({ text }) => text);
    this.#projector = this.#start(packed, { texts, groups, seed: SEED }, (reply) => {
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
    if (reply.type === 'failed') {
      this.#stopProjector();
      this.update({ making: undefined });
      this.app.report(new Error(reply.message), this.origin);
      return;
    }
    const { type } = reply;
    if (type === 'progress') this.update({ making: reply });
    else if (type === 'done') this.update({ making: undefined });
    else this.update({ map: { ...map, ...changesBy(reply, map) } });
    if (type === 'pca') this.app.announceQuietly(words().map.pcaShown(this.amountOf()));
    if (type === 'layout' && reply.final) this.app.announceQuietly(words().map.umapShown);
  }
}
