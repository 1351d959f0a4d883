import type { PlacedFile } from '../../elements/dropped-files.ts';
import { PictureAddresses } from '../../pictures/addresses.ts';
import type { App, Side } from '../../shell/app.ts';
import { perApp } from '../../shell/page-state.ts';
import { words } from '../../words/language.ts';
import { LiveSearch } from '../live-search.ts';
import type { ReadingOptions } from '../reading.ts';
import { type Searching, searchingOf } from '../searching.ts';
import { ICON_MODEL, keepModel, keptModel } from './kept-model.ts';
import type { FoundPicture, StoredPicture } from './picture.ts';
import type { PictureSession } from './picture-session.ts';
import { PictureSessions } from './picture-sessions.ts';
import type { ReadPictures } from './read-pictures.ts';

export interface PictureSearchOptions {
  /** Default: the model beside the page, or the one chosen last; and a hosted one. */
  models?: Record<Side, string>;
  /** Name under which the browser keeps pictures and their vectors. Default: none, they go with the page. */
  keep?: string | undefined;
  /** Milliseconds without a key before a question is asked. Default 80. */
  debounce?: number;
  /** Default: decodes them, with code that is fetched for the first picture. */
  read?: (files: readonly PlacedFile[], options: ReadingOptions) => Promise<ReadPictures>;
}

const HOSTED_MODEL = 'jina-clip-v2';
/** Pictures that a question shows. */
const LIMIT = 12;

/**
 * Search for the visitor's pictures by a text: the question and the filters of the search over texts, in an index of
 * its own, as models of texts know no pictures.
 */
export class PictureSearch extends LiveSearch<StoredPicture, FoundPicture, PictureSession> {
  readonly restored: Promise<void>;
  readonly #read: NonNullable<PictureSearchOptions['read']>;
  readonly #isKept: boolean;
  /** Addresses of pictures by id. */
  readonly #addresses = new PictureAddresses();

  constructor(
    app: App,
    texts: Searching,
    {
      models = { local: keptModel(), remote: HOSTED_MODEL },
      keep,
      debounce = 80,
      read = async (...request) => (await import('./read-pictures.ts')).readPictures(...request),
    }: PictureSearchOptions = {},
  ) {
    const { question, filters } = texts.state;
    super(app, {
      kind: 'pictures',
      models,
      question,
      filters,
      debounce,
      limit: LIMIT,
      sessions: (onChange) => new PictureSessions(app, { keep, onChange }),
      idsOf: ({ id }) => [id],
      idOf: ({ picture }) => picture.id,
      counted: (count) => words().search.pictures.count(count),
    });
    this.#read = read;
    this.#isKept = keep !== undefined;
    texts.subscribe(() => {
      if (texts.state.filters !== this.state.filters) this.narrow(texts.state.filters);
      this.setQuestion(texts.state.question);
    });
    this.restored = keep === undefined ? Promise.resolve() : this.restore();
  }

  override setModel(model: string, side: Side = this.app.side): void {
    if (side === 'local' && this.#isKept) keepModel(model);
    super.setModel(model, side);
  }

  /** Whether the model is the one beside the page, to which photographs say nothing. */
  get knowsIconsOnly(): boolean {
    return this.model === ICON_MODEL;
  }

  /** Where the page shows a picture from. */
  url({ id, blob }: StoredPicture): string {
    return this.#addresses.of(blob, id);
  }

  /** Reads files and adds them. Those that are no pictures are named in one card. */
  async addFiles(files: readonly PlacedFile[]): Promise<void> {
    this.app.forget('files');
    const read = await this.reading.run(files.length, (options) => this.#read(files, options));
    if (!read) return;
    await this.restored;
    const known = new Map(this.state.documents.map(({ id, name }) => [id, name]));
    const left = [...read.refused];
    const texts = words().search.leftOut;
    const added = read.pictures.filter(({ id, name }) => {
      const same = known.get(id);
      if (same !== undefined) left.push(same === name ? texts.same(name) : texts.sameAs(name, same));
      known.set(id, name);
      return same === undefined;
    });
    await this.take(added, left);
  }

  override async removeDocument(id: string): Promise<void> {
    await super.removeDocument(id);
    this.#addresses.forget(id);
  }
}

export const pictureSearchOf = perApp(
  (app) => new PictureSearch(app, searchingOf(app), { keep: 'demo-pictures' }),
);
