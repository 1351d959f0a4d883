import type { App, Side } from '../shell/app.ts';
import { visitorMessage } from '../shell/contract-words.ts';
import { type Asked, ModelPageState, perApp } from '../shell/page-state.ts';
import { Stopwatch } from '../shell/stopwatch.ts';
import { words } from '../words/language.ts';
import { type Classified, classified } from './classified.ts';
import { classifyAll } from './classify-all.ts';
import { labelGap } from './gaps.ts';
import type { Picture } from './picture.ts';
import { readPicture, UnreadablePictureError } from './read-picture.ts';
import { samplePictures } from './sample-pictures.ts';

interface PicturesState {
  models: Record<Side, string>;
  pictures: readonly Picture[];
  labels: readonly string[];
  result: (Classified<Picture> & Asked) | undefined;
}

let nextPicture = 0;

/** Pictures by labels in words. */
export class Pictures extends ModelPageState<PicturesState> {
  /** Pictures that are being read. */
  readonly #reading = new Set<Promise<void>>();

  constructor(app: App) {
    super(app, 'classify', {
      models: { local: 'icon-clip', remote: 'jina-clip-v2' },
      pictures: samplePictures,
      labels: ['pizza', 'dog', 'boat', 'musical instrument', 'tool', 'rain'],
      result: undefined,
    });
  }

  /** Adds files and reads them. One that is no picture says so in its own card; the others are classified. */
  async add(files: readonly File[]): Promise<void> {
    const added = files.map((file): Picture & { file: File } => ({
      id: `picture-${nextPicture++}`,
      name: file.name,
      url: undefined,
      blob: async () => file,
      file,
    }));
    if (added.length === 0) return;
    this.gaps.clear('pictures');
    this.update({ pictures: [...added, ...this.state.pictures] });
    const reading = Promise.all(added.map(({ id, file }) => this.#read(id, file))).then(() => undefined);
    this.#reading.add(reading);
    await reading;
    this.#reading.delete(reading);
    const ids = new Set(added.map(({ id }) => id));
    const refused = this.state.pictures.filter((picture) => ids.has(picture.id) && picture.refused);
    const taken = added.length - refused.length;
    this.app.announceQuietly(
      `${words().classify.picturesAdded(taken)}${refused.length > 0 ? ` ${refused.map((each) => each.refused).join(' ')}` : ''}`,
    );
  }

  async #read(id: string, file: File): Promise<void> {
    try {
      const blob = await readPicture(file);
      this.#change(id, { url: URL.createObjectURL(blob), blob: async () => blob });
    } catch (error) {
      const refused =
        error instanceof UnreadablePictureError ? error.message : words().classify.unreadable(file.name);
      this.#change(id, { refused });
    }
  }

  #change(id: string, changes: Partial<Picture>): void {
    const { pictures } = this.state;
    if (!pictures.some((picture) => picture.id === id) && changes.url) URL.revokeObjectURL(changes.url);
    this.update({ pictures: pictures.map((each) => (each.id === id ? { ...each, ...changes } : each)) });
  }

  remove(picture: Picture): void {
    if (picture.url?.startsWith('blob:')) URL.revokeObjectURL(picture.url);
    const { result } = this.state;
    this.update({
      pictures: this.state.pictures.filter((other) => other !== picture),
      result: result && { ...result, items: result.items.filter(({ item }) => item !== picture) },
    });
  }

  restoreSamples(): void {
    const { pictures } = this.state;
    this.gaps.clear('pictures');
    this.update({
      pictures: [...pictures, ...samplePictures.filter((sample) => !pictures.includes(sample))],
    });
  }

  /** What is asked for, apart from the pictures: those without a result are seen to have none. */
  get asked(): string {
    return JSON.stringify([this.app.state.mode, this.model, this.state.labels]);
  }

  /** @returns false where something is missing, which is said at its field */
  async classify(): Promise<boolean> {
    await Promise.all(this.#reading);
    const { labels } = this.state;
    const pictures = this.state.pictures.filter(({ url, refused }) => url && !refused);
    const fits = this.gaps.check({
      'picture-labels': labelGap(labels),
      pictures: pictures.length === 0 && words().classify.pictureFirst,
    });
    if (!fits) return false;
    const { model, asked } = this;
    const done = await this.call.run(async (foundation, options) => {
      const input = await Promise.all(pictures.map(async ({ blob }) => ({ image: await blob() })));
      const watch = new Stopwatch();
      const collect = { ...watch.around(options), errors: 'collect' } as const;
      const response = await classifyAll(foundation, { model, labels }, input, collect);
      return { response, took: watch.elapsed };
    });
    if (!done) return true;
    const { response, took } = done;
    // A picture that the engine refuses after all is named in its card.
    for (const { index, error } of response.errors) {
      const { id, name } = pictures[index]!;
      const message = visitorMessage(error, 'classify');
      this.#change(id, { refused: message.replace(/^(?:Picture|Text) [\d,]+(?=\W)/u, name) });
    }
    if (response.data.length === 0) return true;
    this.update({ result: { ...classified(pictures, response), ...this.answeredBy(response), took, asked } });
    this.app.announceQuietly(words().classify.picturesClassified(response.data.length));
    return true;
  }

  protected override dropResult(): void {
    this.update({ result: undefined });
  }
}

export const picturesOf = perApp((app) => new Pictures(app));
