import { type ClassifierSummary, type ExportedClassifier, FoundationError } from '@nearfield/spec';
import type { App, Mode } from '../app/app.ts';
import { formatPlural } from '../app/format.ts';
import { linesOf } from '../app/lines.ts';
import { EMBEDDED_MODEL } from '../app/model-choices.ts';
import { ModelPageState, perApp } from '../app/page-state.ts';
import { saveFile } from '../app/save-file.ts';
import { Stopwatch } from '../app/stopwatch.ts';
import { type Classified, classified } from './classified.ts';
import { SAMPLE_EXAMPLES, SAMPLE_QUESTIONS } from './sample-texts.ts';

export interface Example {
  id: number;
  text: string;
  label: string;
}

interface ExamplesState {
  models: Record<Mode, string>;
  examples: readonly Example[];
  /** As typed; empty for the API's own. */
  iterations: string;
  /** Classifiers of the current mode; undefined until they were asked for. */
  classifiers: readonly ClassifierSummary[] | undefined;
  /** Id of the classifier that is tested and updated. */
  chosen: string | undefined;
  /** What training last did, in a sentence. */
  trained: string | undefined;
  texts: string;
  result: Classified<string> | undefined;
}

let nextExample = 0;

const exampleOf = (text: string, label: string): Example => ({ id: nextExample++, text, label });

/** Examples from lines of `label<tab>text`, as a spreadsheet copies them; other lines are left out. */
export const examplesOf = (lines: string): Example[] =>
  linesOf(lines).flatMap((line) => {
    const [label = '', ...rest] = line.split('\t').map((part) => part.trim());
    const text = rest.join(' ').trim();
    return label !== '' && text !== '' ? [exampleOf(text, label)] : [];
  });

/** Classifiers made from examples. */
export class Examples extends ModelPageState<ExamplesState> {
  constructor(app: App) {
    super(app, 'classify', {
      models: { local: EMBEDDED_MODEL, remote: 'jina-embeddings-v3' },
      examples: SAMPLE_EXAMPLES.map(({ text, label }) => exampleOf(text, label)),
      iterations: '',
      classifiers: undefined,
      chosen: undefined,
      trained: undefined,
      texts: SAMPLE_QUESTIONS.join('\n'),
      result: undefined,
    });
  }

  /** The examples that say something. */
  get #input(): { text: string; label: string }[] {
    return this.state.examples
      .map(({ text, label }) => ({ text: text.trim(), label: label.trim() }))
      .filter(({ text, label }) => text !== '' || label !== '');
  }

  get labels(): string[] {
    return [...new Set(this.#input.map(({ label }) => label))].filter((label) => label !== '');
  }

  addExample(): void {
    this.update({ examples: [...this.state.examples, exampleOf('', '')] });
  }

  /** @returns how many lines were taken. */
  addLines(lines: string): number {
    const added = examplesOf(lines);
    this.update({ examples: [...this.state.examples, ...added] });
    return added.length;
  }

  setExample(id: number, changes: Partial<Omit<Example, 'id'>>): void {
    this.update({
      examples: this.state.examples.map((each) => (each.id === id ? { ...each, ...changes } : each)),
    });
  }

  removeExample(id: number): void {
    this.update({ examples: this.state.examples.filter((each) => each.id !== id) });
  }

  clearExamples(): void {
    this.update({ examples: [exampleOf('', '')] });
  }

  choose(chosen: string): void {
    this.update({ chosen, result: undefined });
  }

  /** Forgets the list of another mode or server. */
  forgetClassifiers(): void {
    this.update({ classifiers: undefined, chosen: undefined, trained: undefined, result: undefined });
  }

  /** Gets the list of classifiers. */
  async list(): Promise<void> {
    const classifiers = await this.call.run((foundation, options) => foundation.classifiers.list(options));
    if (classifiers) this.#showList(classifiers);
  }

  /** Trains a new classifier, or the chosen one further. */
  async train(update: boolean): Promise<void> {
    const { iterations, chosen } = this.state;
    const { model, by } = this;
    const count = iterations.trim() === '' ? {} : { num_iters: Number(iterations) };
    const input = this.#input;
    const done = await this.call.run(async (foundation, options) => {
      const watch = new Stopwatch();
      const response =
        update && chosen !== undefined
          ? await foundation.train({ classifier_id: chosen, input, ...count }, watch.around(options))
          : // Only its owner needs it.
            await foundation.train({ model, input, access: 'private', ...count }, watch.around(options));
      const took = watch.elapsed;
      return { response, took, classifiers: await foundation.classifiers.list({ signal: options.signal }) };
    });
    if (!done) return;
    const { response, took, classifiers } = done;
    const samples = formatPlural(response.num_samples, 'example');
    const trained = update
      ? `${samples} more, ${Math.round(took)} ms.`
      : `${samples} by ${by}, ${Math.round(took)} ms.`;
    this.update({ trained, chosen: response.classifier_id, result: undefined });
    this.#showList(classifiers);
    this.app.announce(`Trained. ${trained}`);
  }

  async classify(): Promise<void> {
    const { chosen, texts } = this.state;
    if (chosen === undefined) return;
    const input = linesOf(texts);
    const by = `${this.state.classifiers?.find(({ classifier_id }) => classifier_id === chosen)?.model ?? 'the classifier'} ${this.app.place}`;
    const done = await this.call.run(async (foundation, options) => {
      const watch = new Stopwatch();
      const response = await foundation.classify({ classifier_id: chosen, input }, watch.around(options));
      return { response, took: watch.elapsed };
    });
    if (!done) return;
    this.update({ result: { ...classified(input, done.response), by, took: done.took } });
    this.app.announce(`${formatPlural(input.length, 'text')} classified.`);
  }

  async delete(id: string): Promise<void> {
    const classifiers = await this.call.run(async (foundation, options) => {
      await foundation.classifiers.delete(id, options);
      return foundation.classifiers.list({ signal: options.signal });
    });
    if (!classifiers) return;
    this.#showList(classifiers);
    this.app.announce('Deleted.');
  }

  async export(id: string): Promise<void> {
    const exported = await this.call.run((foundation, options) => {
      if (!foundation.classifiers.export) throw onlyLocal('classifiers.export');
      return foundation.classifiers.export(id, options);
    });
    if (!exported) return;
    const json = JSON.stringify(exported);
    saveFile(`classifier-${id.slice(0, 8)}.json`, new Blob([json], { type: 'application/json' }));
  }

  async import(file: File): Promise<void> {
    const done = await this.call.run(async (foundation, options) => {
      if (!foundation.classifiers.import) throw onlyLocal('classifiers.import');
      const imported = await foundation.classifiers.import(await readExport(file), options);
      return { imported, classifiers: await foundation.classifiers.list({ signal: options.signal }) };
    });
    if (!done) return;
    this.update({ chosen: done.imported.classifier_id, result: undefined });
    this.#showList(done.classifiers);
    this.app.announce('Imported.');
  }

  #showList(classifiers: readonly ClassifierSummary[]): void {
    const chosen =
      classifiers.find(({ classifier_id }) => classifier_id === this.state.chosen) ?? classifiers[0];
    const same = chosen?.classifier_id === this.state.chosen;
    this.update({
      classifiers,
      chosen: chosen?.classifier_id,
      ...(!same && { result: undefined, trained: undefined }),
    });
  }
}

const onlyLocal = (method: string): FoundationError =>
  new FoundationError({
    code: 'NOT_SUPPORTED',
    message: `${method} is not supported here: the server keeps its classifiers. Only local classifiers are files.`,
    param: method,
  });

/** Parses an exported classifier; whether it is one is for the foundation to say. */
async function readExport(file: File): Promise<ExportedClassifier> {
  try {
    return JSON.parse(await file.text()) as ExportedClassifier;
  } catch (cause) {
    throw new FoundationError({
      code: 'INPUT_VALIDATION_FAILED',
      message: `${file.name} is not JSON. Choose a file that was exported here.`,
      cause,
    });
  }
}

export const examplesPageOf = perApp((app) => new Examples(app));
