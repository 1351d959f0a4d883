import type { LocalFoundation } from '@nearfield/core';
import { type CallOptions, FoundationError, type ModelFacts, type ModelInfo } from '@nearfield/spec';
import type { App } from '../shell/app.ts';
import { factsOf } from '../shell/model-choices.ts';
import { type ModelLoading, trackModel } from '../shell/model-progress.ts';
import { PageState, perApp } from '../shell/page-state.ts';
import { describeProblem, isAbort, type Problem } from '../shell/problems.ts';
import { saveFile } from '../shell/save-file.ts';
import { words } from '../words/language.ts';
import { checkText } from './check-text.ts';
import { languagesOf, type SortBy } from './choosing.ts';
import type { ListedModel } from './listed-model.ts';
import { zip } from './zip.ts';

export type KindFilter = ModelFacts['kind'] | 'all';
export type UseFilter = ModelFacts['commercialUse']['answer'] | 'all';

/** What is being done with a model. */
export type Doing = 'load' | 'unload' | 'export' | 'import' | 'delete' | 'verify';

export interface ModelTask {
  doing: Doing;
  /** Whether another model is loaded first. */
  waiting: boolean;
  loading: ModelLoading | undefined;
  cancel: () => void;
}

interface CatalogueState {
  /** What is being done, by model: one thing a model, several models at once. */
  tasks: Readonly<Record<string, ModelTask>>;
  /** What went wrong last, by model. */
  failures: Readonly<Record<string, Problem>>;
  /** Models of the current mode; undefined until they were asked for. */
  models: readonly ListedModel[] | undefined;
  kind: KindFilter;
  /** Answer to whether a company may use it. */
  use: UseFilter;
  sort: SortBy;
  /** Only those that run in this browser. */
  onlyHere: boolean;
  words: string;
  /** Files of the model that was deleted last, to take it back. */
  deleted: Deleted | undefined;
}

interface Deleted {
  model: string;
  files: readonly File[];
}

/** Files beyond these are not held for taking back: they would fill what was to be freed. */
const MOST_HELD_BYTES = 500_000_000;

/** A model in the list of a server, by the catalogue where the server does not tell. */
const listed = (info: ModelInfo): ListedModel => ({ info, facts: factsOf(info) });

/** The models that pass the filters. */
export function filtered({
  models = [],
  kind,
  use,
  onlyHere,
  words: typed,
}: Pick<CatalogueState, 'models' | 'kind' | 'use' | 'onlyHere' | 'words'>): ListedModel[] {
  const wanted = typed.toLowerCase().split(/\s+/u);
  return models.filter(({ info, facts }) => {
    if (kind !== 'all' && facts?.kind !== kind) return false;
    if (use !== 'all' && facts?.commercialUse.answer !== use) return false;
    if (onlyHere && !facts?.local.runs) return false;
    const languages = languagesOf(facts?.id ?? info.id) ?? '';
    const text = `${info.id} ${info.description} ${facts?.licence ?? ''} ${languages}`.toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}

/** The models, and what can be done with those of this browser. */
export class Catalogue extends PageState<CatalogueState> {
  constructor(app: App) {
    super(app, 'models', {
      tasks: {},
      failures: {},
      models: undefined,
      kind: 'all',
      use: 'all',
      sort: 'recommended',
      onlyHere: false,
      words: '',
      deleted: undefined,
    });
  }

  /** Gets the list of the current mode. */
  async list(): Promise<void> {
    const response = await this.call.run((foundation, options) =>
      // Auto shows what this browser has; what a server has is for Remote to list.
      (this.app.side === 'local' ? this.app.local() : foundation).models.list(options),
    );
    if (!response) return;
    this.update({ models: response.data.map(listed) });
    if (this.app.state.mode === 'remote') this.app.update({ serverModels: response.data });
  }

  forget(): void {
    this.update({ models: undefined });
  }

  /** Downloads a model, prepares it and compares it with its published values. Several wait for each other. */
  async load(model: string): Promise<void> {
    const loaded = await this.#do(model, 'load', (options) => this.app.local().load(model, options));
    await this.app.refresh();
    if (!loaded) return;
    if (this.state.deleted?.model === model) this.update({ deleted: undefined });
    this.app.shared('storage');
    this.app.announce(words().models.nowInMemory(model));
  }

  async unload(model: string): Promise<void> {
    const done = await this.#do(model, 'unload', async () => {
      await this.app.local().unload(model);
      return true;
    });
    await this.app.refresh();
    if (done) this.app.announce(words().models.outOfMemory(model));
  }

  /** Reads a stored model anew and compares it with its published values. */
  async verify(model: string): Promise<void> {
    const loaded = await this.#do(model, 'verify', async (options) => {
      await this.app.local().unload(model);
      return this.app.local().load(model, options);
    });
    await this.app.refresh();
    if (loaded) this.app.announce(words().models.verified(model, checkText(loaded.check)));
  }

  /** Whether deleting a model can be taken back: it is complete, and not too large to be held meanwhile. */
  isRestorable(model: string): boolean {
    return this.app.state.stored.some(
      (each) => each.model === model && each.complete && each.bytes <= MOST_HELD_BYTES,
    );
  }

  async delete(model: string): Promise<void> {
    const isRestorable = this.isRestorable(model);
    const files = await this.#do(model, 'delete', async (options) => {
      const held = isRestorable ? await filesOf(this.app.local(), model, options) : [];
      await this.app.deleteFiles(model);
      return held;
    });
    if (files) this.update({ deleted: files.length > 0 ? { model, files } : undefined });
  }

  /** Stores the files again that were deleted last. */
  async restore(): Promise<void> {
    const { deleted } = this.state;
    if (!deleted) return;
    await this.import(deleted.model, deleted.files);
  }

  /** Saves a stored model as one archive of its files. */
  async export(model: string): Promise<void> {
    const archive = await this.#do(model, 'export', async (options) =>
      zip(await this.app.local().storage.export(model, options)),
    );
    if (!archive) return;
    saveFile(`${model}.zip`, archive);
    this.app.announce(words().models.saved(`${model}.zip`));
  }

  /** Takes a model's files from a folder, such as an unpacked archive. */
  async import(model: string, files: readonly File[]): Promise<void> {
    const stored = await this.#do(model, 'import', async (options) => {
      if (files.length === 0) {
        throw new FoundationError({
          code: 'INPUT_VALIDATION_FAILED',
          message: words().models.emptyFolder,
        });
      }
      return this.app.local().storage.import(model, files, options);
    });
    await this.app.refresh();
    if (!stored) return;
    if (this.state.deleted?.model === model) this.update({ deleted: undefined });
    this.app.shared('storage');
    this.app.announce(words().models.imported(model, stored.length));
  }

  /** Takes back what was said of a model. */
  dismiss(model: string): void {
    const { [model]: _, ...failures } = this.state.failures;
    this.update({ failures });
  }

  /** Resolves when the models before are loaded. */
  #before: Promise<unknown> = Promise.resolve();

  /**
   * Does one thing with a model, and shows in its row how it goes and what went wrong.
   * @returns undefined if it was cancelled or failed, or while something else is done with the model
   */
  async #do<Result>(
    model: string,
    doing: Doing,
    work: (options: CallOptions) => Promise<Result>,
  ): Promise<Result | undefined> {
    if (this.state.tasks[model]) return undefined;
    const controller = new AbortController();
    const signal = AbortSignal.any([controller.signal, this.app.departure]);
    this.dismiss(model);
    const change = (changes: Partial<ModelTask>): void => {
      const task = this.state.tasks[model];
      if (task) this.update({ tasks: { ...this.state.tasks, [model]: { ...task, ...changes } } });
    };
    // Two models at once would share the network and the processor, and neither would be there sooner.
    const queued = doing === 'load' || doing === 'verify';
    const waiting =
      queued &&
      Object.values(this.state.tasks).some((task) => task.doing === 'load' || task.doing === 'verify');
    const task: ModelTask = { doing, waiting, loading: undefined, cancel: () => controller.abort() };
    this.update({ tasks: { ...this.state.tasks, [model]: task } });
    let end: () => void = () => undefined;
    const before = this.#before;
    if (queued) {
      const ended = new Promise<void>((resolve) => {
        end = resolve;
      });
      this.#before = Promise.all([before, ended]);
    }
    try {
      if (queued) await Promise.race([before, aborted(signal)]);
      change({ waiting: false });
      const result = await work({
        signal,
        onProgress: (event) => {
          if (event.type !== 'work-progress' && !signal.aborted)
            change({ loading: trackModel(this.state.tasks[model]?.loading, event, performance.now()) });
        },
      });
      signal.throwIfAborted();
      return result;
    } catch (error) {
      if (!signal.aborted && !isAbort(error)) {
        const problem = describeProblem(error, 'models', { place: { where: 'here' } });
        this.update({ failures: { ...this.state.failures, [model]: problem } });
      }
      return undefined;
    } finally {
      end();
      const { [model]: _, ...tasks } = this.state.tasks;
      this.update({ tasks });
    }
  }
}

/** The stored files of a model, under the names by which they are imported. */
async function filesOf(foundation: LocalFoundation, model: string, options: CallOptions): Promise<File[]> {
  const exported = await foundation.storage.export(model, options);
  return exported.map(({ path, blob }) => new File([blob], path));
}

/** Rejects when a signal is aborted. */
const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const stop = (): void => reject(signal.reason);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });

export const catalogueOf = perApp((app) => new Catalogue(app));
