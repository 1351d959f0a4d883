/** Trained classifiers that `/v1/classify` answers with, in this browser or at the server of Remote. */
import { type ClassifierSummary, type ExportedClassifier, FoundationError } from '@nearfield/spec';
import { type Classified, classified } from '../classify/classified.ts';
import { classifyAll } from '../classify/classify-all.ts';
import type { App } from '../shell/app.ts';
import { visitorMessage } from '../shell/contract-words.ts';
import { type Asked, PageState, perApp } from '../shell/page-state.ts';
import { saveFile } from '../shell/save-file.ts';
import { Stopwatch } from '../shell/stopwatch.ts';
import { linesOf } from '../text/lines.ts';
import { words } from '../words/language.ts';

interface ClassifiersState {
  /** Undefined until they were asked for. */
  list: readonly ClassifierSummary[] | undefined;
  /** Ids of those of this browser, where the list has those of a server as well. */
  here: ReadonlySet<string> | undefined;
  /** The last one that was deleted, while it can be brought back. */
  deleted: ExportedClassifier | undefined;
  /** Id of the classifier that is tested. */
  chosen: string | undefined;
  texts: string;
  result: (Classified<string> & Asked) | undefined;
}

const NOTHING: ClassifiersState = {
  list: undefined,
  here: undefined,
  deleted: undefined,
  chosen: undefined,
  texts: '',
  result: undefined,
};

/** The classifiers of the current mode. */
export class Classifiers extends PageState<ClassifiersState> {
  constructor(app: App) {
    super(app, 'classify', NOTHING);
    app.watch((event) => {
      if (event === 'switched') this.update({ ...NOTHING, texts: this.state.texts });
    });
    app.watchTabs((what) => {
      if (what === 'classifiers' && this.state.list !== undefined && app.state.mode !== 'remote')
        void this.refresh();
    });
  }

  /** What the test asks for, in a form that can be compared. */
  get asked(): string {
    const { chosen, texts } = this.state;
    return JSON.stringify([this.app.state.mode, chosen, linesOf(texts)]);
  }

  choose(chosen: string): void {
    this.update({ chosen, result: undefined });
  }

  async list(): Promise<void> {
    const list = await this.call.run((foundation, options) => foundation.classifiers.list(options));
    if (list) await this.#show(list);
  }

  /** Lists them again without a word, and without disturbing what runs. */
  async refresh(): Promise<void> {
    const { departure } = this.app;
    try {
      const list = await this.app.foundation().classifiers.list({ signal: departure });
      if (!departure.aborted) await this.#show(list);
    } catch {
      // The list here is as good as before; the next thing that is done with it says what is wrong.
    }
  }

  /** One was made or taught elsewhere in this page: it is chosen, and the list shows it. */
  async changed(id: string): Promise<void> {
    this.update({ chosen: id, result: undefined });
    this.#changedHere();
    await this.refresh();
  }

  async classify(): Promise<void> {
    const { chosen, texts, list } = this.state;
    if (chosen === undefined) return;
    const { asked } = this;
    const input = linesOf(texts);
    if (!this.gaps.check({ 'test-texts': input.length === 0 && words().teach.testEmpty })) return;
    const done = await this.call.run(async (foundation, options) => {
      const watch = new Stopwatch();
      const response = await classifyAll(foundation, { classifier_id: chosen }, input, watch.around(options));
      const took = watch.elapsed;
      // It was used once more, which the list says; without it the result is as good.
      const after = await foundation.classifiers.list({ signal: options.signal }).catch(() => undefined);
      return { response, took, after };
    });
    if (!done) return;
    const answerer = this.app.answererOf(done.response);
    const model = list?.find(({ classifier_id }) => classifier_id === chosen)?.model ?? '';
    this.update({ result: { ...classified(input, done.response), answerer, model, took: done.took, asked } });
    if (done.after) await this.#show(done.after);
    this.#changedHere();
    this.app.announceQuietly(words().classify.textsClassified(input.length));
  }

  /**
   * Deletes one. Those of this browser can be brought back; of others the visitor is asked first.
   * @param sure asks whether to do what cannot be undone
   */
  async delete(id: string, sure: () => Promise<boolean>): Promise<void> {
    const exported = await this.app
      .foundation()
      .classifiers.export?.(id)
      .catch(() => undefined);
    if (!exported && !(await sure())) return;
    const list = await this.call.run(async (foundation, options) => {
      await foundation.classifiers.delete(id, options);
      return foundation.classifiers.list({ signal: options.signal });
    });
    if (!list) return;
    this.update({ deleted: exported });
    await this.#show(list);
    this.#changedHere();
    this.app.announce(words().teach.classifierDeleted);
  }

  /** Brings back the one that was deleted last. */
  async restore(): Promise<void> {
    const { deleted } = this.state;
    if (!deleted) return;
    const done = await this.call.run((_, options) => this.app.local().classifiers.import(deleted, options));
    if (!done) return;
    this.update({ deleted: undefined });
    await this.changed(done.classifier_id);
    this.app.announce(words().teach.classifierBack);
  }

  async export(id: string): Promise<void> {
    const exported = await this.call.run((foundation, options) => {
      if (!foundation.classifiers.export)
        throw new FoundationError({ code: 'NOT_SUPPORTED', message: words().teach.serverKeeps });
      return foundation.classifiers.export(id, options);
    });
    if (exported) saveClassifier(`classifier-${id.slice(0, 8)}.json`, exported);
  }

  /** Keeps a classifier that comes as a file. */
  async import(file: File): Promise<void> {
    const imported = await this.call.run(async (_, options) => {
      const exported = await readExport(file);
      return this.app
        .local()
        .classifiers.import(exported, options)
        .catch((error: unknown) => {
          throw notImported(error, file.name);
        });
    });
    if (!imported) return;
    await this.changed(imported.classifier_id);
    this.app.announce(words().teach.imported(file.name));
  }

  protected override dropResult(): void {
    this.update({ result: undefined });
  }

  #changedHere(): void {
    if (this.app.side === 'local') this.app.shared('classifiers');
  }

  async #show(list: readonly ClassifierSummary[]): Promise<void> {
    const { app } = this;
    const isMixed = app.state.mode === 'auto' && app.asksServer;
    const here = isMixed ? await app.local().classifiers.list() : undefined;
    const chosen = list.find(({ classifier_id }) => classifier_id === this.state.chosen) ?? list.at(-1);
    const same = chosen?.classifier_id === this.state.chosen;
    this.update({
      list,
      here: here && new Set(here.map(({ classifier_id }) => classifier_id)),
      chosen: chosen?.classifier_id,
      ...(!same && { result: undefined }),
    });
  }
}

/** Hands a classifier to the visitor as a file. */
export const saveClassifier = (name: string, exported: ExportedClassifier): void =>
  saveFile(name, new Blob([JSON.stringify(exported)], { type: 'application/json' }));

/** Parses an exported classifier; whether it is one is for the foundation to say. */
async function readExport(file: File): Promise<ExportedClassifier> {
  try {
    return JSON.parse(await file.text()) as ExportedClassifier;
  } catch (cause) {
    const message = words().teach.notJson(file.name);
    throw new FoundationError({ code: 'INPUT_VALIDATION_FAILED', message, cause });
  }
}

/** What does not fit in a file is said of the file. */
function notImported(error: unknown, name: string): unknown {
  if (!FoundationError.isInstance(error) || error.code !== 'INPUT_VALIDATION_FAILED') return error;
  const foreign = error.issues?.some(({ field }) => field === 'format' || field === 'body') ?? false;
  const { noClassifier, incompleteClassifier } = words().teach;
  return new FoundationError({
    code: error.code,
    message: foreign ? noClassifier(name) : incompleteClassifier(name, visitorMessage(error, 'classify')),
    cause: error,
  });
}

export const classifiersOf = perApp((app) => new Classifiers(app));
