import type { App, Mode } from '../app/app.ts';
import { formatPlural } from '../app/format.ts';
import { ModelPageState, perApp } from '../app/page-state.ts';
import { Stopwatch } from '../app/stopwatch.ts';
import { type Classified, classified } from './classified.ts';
import { samplePictures } from './sample-pictures.ts';

export interface Picture {
  /** Unique in the page. */
  id: string;
  name: string;
  /** Where the page shows it from. */
  url: string;
  blob: () => Promise<Blob>;
}

interface PicturesState {
  models: Record<Mode, string>;
  pictures: readonly Picture[];
  labels: readonly string[];
  result: Classified<Picture> | undefined;
}

let nextPicture = 0;

/** Pictures by labels in words. */
export class Pictures extends ModelPageState<PicturesState> {
  constructor(app: App) {
    super(app, 'classify', {
      models: { local: 'icon-clip', remote: 'jina-clip-v2' },
      pictures: samplePictures,
      labels: ['pizza', 'dog', 'boat', 'musical instrument', 'tool', 'rain'],
      result: undefined,
    });
  }

  /** Adds files; those that are no pictures are for the foundation to refuse. */
  add(files: readonly File[]): void {
    const added = files.map((file) => ({
      id: `picture-${nextPicture++}`,
      name: file.name,
      url: URL.createObjectURL(file),
      blob: async () => file,
    }));
    this.update({ pictures: [...added, ...this.state.pictures] });
  }

  remove(picture: Picture): void {
    if (picture.url.startsWith('blob:')) URL.revokeObjectURL(picture.url);
    const { result } = this.state;
    this.update({
      pictures: this.state.pictures.filter((other) => other !== picture),
      result: result && { ...result, items: result.items.filter(({ item }) => item !== picture) },
    });
  }

  restoreSamples(): void {
    const { pictures } = this.state;
    this.update({
      pictures: [...pictures, ...samplePictures.filter((sample) => !pictures.includes(sample))],
    });
  }

  async classify(): Promise<void> {
    const { pictures, labels } = this.state;
    const { model, by } = this;
    const done = await this.call.run(async (foundation, options) => {
      const input = await Promise.all(pictures.map(async ({ blob }) => ({ image: await blob() })));
      const watch = new Stopwatch();
      const response = await foundation.classify({ model, input, labels }, watch.around(options));
      return { response, took: watch.elapsed };
    });
    if (!done) return;
    this.update({ result: { ...classified(pictures, done.response), by, took: done.took } });
    this.app.announce(`${formatPlural(pictures.length, 'picture')} classified.`);
  }
}

export const picturesOf = perApp((app) => new Pictures(app));
