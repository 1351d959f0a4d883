import type { App, Mode } from '../app/app.ts';
import { formatPlural } from '../app/format.ts';
import { linesOf } from '../app/lines.ts';
import { EMBEDDED_MODEL } from '../app/model-choices.ts';
import { ModelPageState, perApp } from '../app/page-state.ts';
import { Stopwatch } from '../app/stopwatch.ts';
import { type Classified, classified } from './classified.ts';
import { SAMPLE_LABELS, SAMPLE_TEXTS } from './sample-texts.ts';

interface TextLabelsState {
  models: Record<Mode, string>;
  texts: string;
  labels: readonly string[];
  /** As typed; empty for the model's own. The hosted API has none. */
  temperature: Record<Mode, string>;
  result: Classified<string> | undefined;
}

/** Texts by labels in words. */
export class TextLabels extends ModelPageState<TextLabelsState> {
  constructor(app: App) {
    super(app, 'classify', {
      models: { local: EMBEDDED_MODEL, remote: 'jina-embeddings-v3' },
      texts: SAMPLE_TEXTS.join('\n'),
      labels: SAMPLE_LABELS,
      temperature: { local: '0.05', remote: '' },
      result: undefined,
    });
  }

  setTemperature(temperature: string): void {
    this.update({ temperature: { ...this.state.temperature, [this.app.state.mode]: temperature } });
  }

  async classify(): Promise<void> {
    const { labels, temperature } = this.state;
    const [{ model, by }, given] = [this, temperature[this.app.state.mode].trim()];
    const input = linesOf(this.state.texts);
    const timed = await this.call.run(async (foundation, options) => {
      const watch = new Stopwatch();
      const response = await foundation.classify(
        { model, input, labels, ...(given !== '' && { temperature: Number(given) }) },
        watch.around(options),
      );
      return { response, took: watch.elapsed };
    });
    if (!timed) return;
    this.update({ result: { ...classified(input, timed.response), by, took: timed.took } });
    this.app.announce(`${formatPlural(input.length, 'text')} classified.`);
  }
}

export const textLabelsOf = perApp((app) => new TextLabels(app));
