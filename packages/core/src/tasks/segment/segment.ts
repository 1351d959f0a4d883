import type { CallOptions, ModelEntry, SegmentRequest, SegmentResponse } from '@nearfield/spec';
import type { Engine } from '../../engine/engine.ts';
import { DEFAULT_EMBEDDER } from '../../models/runnable.ts';
import { loadSegmenter, RANKS } from '../../segment/index.ts';
import { embedItems } from '../embed/embed-items.ts';
import type { ModelTokenizers } from './model-tokenizers.ts';

/**
 * The segmenter with the features of an engine: tokenizers of its models, and vectors of sentences for the semantic
 * strategy. Vocabularies and models are loaded when a request needs them.
 */
export async function segment(
  engine: Engine,
  request: SegmentRequest,
  options: CallOptions,
  tokenizers: ModelTokenizers,
): Promise<SegmentResponse> {
  const { signal, onProgress, priority } = options;
  const model = request.model ?? DEFAULT_EMBEDDER;
  const { isTokenizerName, loadTokenizer, segmentText } = await loadSegmenter();
  return segmentText(request, {
    signal,
    tokenizer: (name) => (isTokenizerName(name) ? loadTokenizer(name, RANKS) : tokenizers.get(name, options)),
    embed: async (texts) => {
      const entry = await engine.models.entry(model, signal);
      const { values, dimensions } = await embedItems(
        engine,
        { model, items: texts.map((text) => ({ text })), truncate: true, ...similarityRole(entry) },
        { signal, onProgress, priority: priority ?? 'bulk' },
      );
      return texts.map((_, index) => values.subarray(index * dimensions, (index + 1) * dimensions));
    },
  });
}

/** Sentences are compared with each other: both sides of a comparison are embedded alike. */
function similarityRole({ tasks, defaultTask }: ModelEntry): { task: string | null; prompt: string } {
  const task = Object.hasOwn(tasks, 'text-matching') ? 'text-matching' : defaultTask;
  return { task, prompt: task === null ? '' : (tasks[task]?.prompt ?? '') };
}
