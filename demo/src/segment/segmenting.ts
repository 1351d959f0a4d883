import { LIMITS, type SegmentRequest, type SegmentResponse, type SegmentStrategy } from '@nearfield/spec';
import type { Answerer } from '../shell/answerer.ts';
import type { App, Side } from '../shell/app.ts';
import { EMBEDDED_MODEL } from '../shell/model-choices.ts';
import { type Asked, ModelPageState, perApp } from '../shell/page-state.ts';
import { Stopwatch } from '../shell/stopwatch.ts';
import { words } from '../words/language.ts';
import { SAMPLE_CONTENT } from './sample.ts';

/** The part of the tokens that is wanted. */
export type Part = 'all' | 'head' | 'tail';

/** Options as they are in the form; numbers as typed. */
export interface SegmentOptions {
  tokenizer: string;
  strategy: SegmentStrategy;
  maxChunkLength: string;
  overlap: string;
  part: Part;
  partLength: string;
}

/** What a segmentation gave, and how. */
interface Segmented extends Asked {
  content: string;
  options: SegmentOptions;
  response: SegmentResponse;
  answerer: Answerer;
  took: number;
}

interface SegmentState {
  /** The embedder of the semantic strategy. */
  models: Record<Side, string>;
  content: string;
  options: SegmentOptions;
  result: Segmented | undefined;
}

/** The request of a form. What is left empty or at its default is left out: the hosted API has no more. */
export function requestOf(content: string, options: SegmentOptions, model: string): SegmentRequest {
  const { tokenizer, strategy, maxChunkLength, overlap, part, partLength } = options;
  const given = (value: string): number | undefined => (value.trim() === '' ? undefined : Number(value));
  return {
    content,
    tokenizer,
    return_chunks: true,
    return_tokens: true,
    max_chunk_length: given(maxChunkLength),
    overlap: given(overlap),
    ...(strategy !== 'structure' && { strategy }),
    ...(strategy === 'semantic' && { model }),
    ...(part !== 'all' && { [part]: given(partLength) }),
  };
}

/** What does not fit in the lengths of a form; undefined where all fits. */
export function overlapGap({ maxChunkLength, overlap }: SegmentOptions): string | undefined {
  const longest =
    maxChunkLength.trim() === '' ? LIMITS.segment.defaultMaxChunkLength : Number(maxChunkLength);
  if (overlap.trim() === '' || Number(overlap) < longest) return undefined;
  return words().segment.overlapTooLong(longest);
}

/** A text in chunks and tokens. */
export class Segmenting extends ModelPageState<SegmentState> {
  constructor(app: App) {
    super(app, 'segment', {
      models: { local: EMBEDDED_MODEL, remote: 'jina-embeddings-v3' },
      content: SAMPLE_CONTENT,
      options: {
        tokenizer: 'cl100k_base',
        strategy: 'structure',
        maxChunkLength: '300',
        overlap: '',
        part: 'all',
        partLength: '100',
      },
      result: undefined,
    });
  }

  setOption<Name extends keyof SegmentOptions>(name: Name, value: SegmentOptions[Name]): void {
    this.gaps.clear('segment-overlap');
    this.update({ options: { ...this.state.options, [name]: value } });
  }

  /** What is asked for, in a form that can be compared. */
  get asked(): string {
    const { content, options } = this.state;
    const model = options.strategy === 'semantic' && this.model;
    return JSON.stringify([this.app.state.mode, content, options, model]);
  }

  protected override dropResult(): void {
    this.update({ result: undefined });
  }

  /** @returns false where something is missing, which is said at its field */
  async segment(): Promise<boolean> {
    const { content, options } = this.state;
    const { model, asked } = this;
    const fits = this.gaps.check({
      'segment-content': content.trim() === '' && words().segment.noText,
      'segment-overlap': overlapGap(options),
    });
    if (!fits) return false;
    const done = await this.call.run(async (foundation, callOptions) => {
      const watch = new Stopwatch();
      const response = await foundation.segment(
        requestOf(content, options, model),
        watch.around(callOptions),
      );
      return { response, took: watch.elapsed };
    });
    if (!done) return true;
    this.update({
      result: { content, options, asked, answerer: this.app.answererOf(done.response), ...done },
    });
    this.app.announceQuietly(words().segment.announced(done.response.chunks?.length ?? 0));
    return true;
  }
}

export const segmentingOf = perApp((app) => new Segmenting(app));
