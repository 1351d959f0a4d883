import type { App, Side } from '../shell/app.ts';
import { EMBEDDED_MODEL } from '../shell/model-choices.ts';
import { type Asked, ModelPageState, perApp } from '../shell/page-state.ts';
import { Stopwatch } from '../shell/stopwatch.ts';
import { linesOf } from '../text/lines.ts';
import { words } from '../words/language.ts';
import { type Classified, classified } from './classified.ts';
import { classifyAll } from './classify-all.ts';
import { labelGap } from './gaps.ts';
import { SAMPLE_LABELS, SAMPLE_TEXTS } from './sample-texts.ts';

interface TextLabelsState {
  models: Record<Side, string>;
  texts: string;
  labels: readonly string[];
  /** As typed; empty for the model's own. The hosted API has none. */
  temperature: Record<Side, string>;
  result: (Classified<string> & Asked) | undefined;
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
    this.update({ temperature: { ...this.state.temperature, [this.app.side]: temperature } });
  }

  /** What is asked for, in a form that can be compared. */
  get asked(): string {
    const { texts, labels, temperature } = this.state;
    const { mode } = this.app.state;
    return JSON.stringify([mode, this.model, linesOf(texts), labels, temperature[this.app.side].trim()]);
  }

  /** @returns false where something is missing, which is said at its field */
  async classify(): Promise<boolean> {
    const { labels, temperature } = this.state;
    const [{ model, asked }, given] = [this, temperature[this.app.side].trim()];
    const input = linesOf(this.state.texts);
    const fits = this.gaps.check({
      'classify-texts': input.length === 0 && words().classify.oneText,
      'classify-labels': labelGap(labels),
    });
    if (!fits) return false;
    const timed = await this.call.run(async (foundation, options) => {
      const watch = new Stopwatch();
      const request = { model, labels, ...(given !== '' && { temperature: Number(given) }) };
      const response = await classifyAll(foundation, request, input, watch.around(options));
      return { response, took: watch.elapsed };
    });
    if (!timed) return true;
    this.update({
      result: {
        ...classified(input, timed.response),
        ...this.answeredBy(timed.response),
        took: timed.took,
        asked,
      },
    });
    this.app.announceQuietly(words().classify.textsClassified(input.length));
    return true;
  }

  protected override dropResult(): void {
    this.update({ result: undefined });
  }
}

export const textLabelsOf = perApp((app) => new TextLabels(app));
