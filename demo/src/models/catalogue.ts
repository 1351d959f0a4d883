import { FoundationError, findModel, type ModelFacts, type ModelInfo, modelFacts } from '@nearfield/spec';
import type { App } from '../app/app.ts';
import { PageState, perApp } from '../app/page-state.ts';
import { saveFile } from '../app/save-file.ts';
import { zip } from './zip.ts';

/** A model with the facts of the catalogue; a server's own models have none. */
export interface ListedModel {
  info: ModelInfo;
  facts: ModelFacts | undefined;
}

export type KindFilter = ModelFacts['kind'] | 'all';

interface CatalogueState {
  /** Models of the current mode; undefined until they were asked for. */
  models: readonly ListedModel[] | undefined;
  kind: KindFilter;
  /** Only those that run in this browser. */
  onlyHere: boolean;
  words: string;
}

/** A model in the list of a server, by the catalogue where the server does not tell. */
function listed(info: ModelInfo): ListedModel {
  const entry = findModel(info.id);
  return { info, facts: info.nearfield ?? (entry && modelFacts(entry)) };
}

/** The models that pass the filters. */
export function filtered({ models = [], kind, onlyHere, words }: CatalogueState): ListedModel[] {
  const wanted = words.toLowerCase().split(/\s+/u);
  return models.filter(({ info, facts }) => {
    if (kind !== 'all' && facts?.kind !== kind) return false;
    if (onlyHere && !facts?.local.runs) return false;
    const text = `${info.id} ${info.description} ${facts?.licence ?? ''}`.toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}

/** The models, and what can be done with those of this browser. */
export class Catalogue extends PageState<CatalogueState> {
  constructor(app: App) {
    super(app, 'models', { models: undefined, kind: 'all', onlyHere: false, words: '' });
  }

  /** Gets the list of the current mode. */
  async list(): Promise<void> {
    const response = await this.call.run((foundation, options) => foundation.models.list(options));
    if (response) this.update({ models: response.data.map(listed) });
  }

  forget(): void {
    this.update({ models: undefined });
  }

  /** Downloads a model, prepares it and compares it with its published values. */
  async load(model: string): Promise<void> {
    const loaded = await this.call.run((_, options) => this.app.local().load(model, options));
    await this.app.refresh();
    if (loaded) this.app.announce(`${model} is in memory.`);
  }

  async unload(model: string): Promise<void> {
    await this.call.run(() => this.app.local().unload(model));
    await this.app.refresh();
    this.app.announce(`${model} is out of memory.`);
  }

  /** Saves a stored model as one archive of its files. */
  async export(model: string): Promise<void> {
    const archive = await this.call.run(async (_, options) =>
      zip(await this.app.local().storage.export(model, options)),
    );
    if (archive) saveFile(`${model}.zip`, archive);
  }

  /** Takes a model's files from a folder, such as an unpacked archive. */
  async import(model: string, files: readonly File[]): Promise<void> {
    const stored = await this.call.run((_, options) => {
      if (files.length === 0) {
        throw new FoundationError({
          code: 'INPUT_VALIDATION_FAILED',
          message: 'The folder is empty. Choose the folder with config.json in it.',
        });
      }
      return this.app.local().storage.import(model, files, options);
    });
    await this.app.refresh();
    if (stored) this.app.announce(`${stored.length} files of ${model} are stored.`);
  }
}

export const catalogueOf = perApp((app) => new Catalogue(app));
