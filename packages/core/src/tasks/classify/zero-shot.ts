import type { CallOptions, Classification, ClassifyResponse, GroupedClassification } from '@nearfield/spec';
import {
  type Choice,
  choose,
  type ParsedZeroShotClassifyRequest,
  shortened,
} from '@nearfield/spec/implement';
import type { Engine } from '../../engine/engine.ts';
import type { WithFailedItems } from '../../requests/answer-items.ts';
import type { CheckedZeroShot } from '../../requests/classify.ts';
import { itemsOf } from '../../requests/items.ts';
import { embedItems } from '../embed/embed-items.ts';
import { inputField } from '../embed/read-texts.ts';
import type { LabelCache, LabelVector } from './label-cache.ts';

/** Path of a label in the request, for errors: `labels.3`, or `labels.tone.3` in a group. */
function labelField(labels: ParsedZeroShotClassifyRequest['labels'], label: string): string {
  if (Array.isArray(labels)) return `labels.${labels.indexOf(label)}`;
  const group = Object.entries(labels).find(([, names]) => names.includes(label));
  return `labels.${shortened(group?.[0] ?? '')}.${group?.[1].indexOf(label)}`;
}

/**
 * `POST /v1/classify` with labels in words. A label's score is softmax(cosine ÷ temperature) over the labels of its
 * list or group; with the usual default of 1, scores lie close together, and only their order and differences matter.
 *
 * That the hosted API does the same is inferred from published answers (their log ratios are differences of
 * cosines), not documented.
 *
 * Usage counts the tokens of all inputs and of all labels, as the API does, whether or not a label's vector was
 * kept from an earlier call.
 */
export async function classifyZeroShot(
  engine: Engine,
  { request, role, reading, collect }: CheckedZeroShot,
  options: CallOptions,
  cache: LabelCache,
): Promise<WithFailedItems<ClassifyResponse>> {
  const { model, labels } = request;
  const groups: [string | null, string[]][] = Array.isArray(labels)
    ? [[null, labels]]
    : Object.entries(labels);
  const all = groups.flatMap(([, group]) => group);
  // Looked up before anything is awaited, so that other calls cannot evict the entries.
  const { epoch } = cache;
  const found = new Map<string, LabelVector>();
  for (const label of all) {
    const known = cache.get(model, role.task, label);
    if (known) found.set(label, known);
  }
  const unknown = [...new Set(all)].filter((label) => !found.has(label));
  const items = itemsOf(request.input);
  const embedded = await embedItems(
    engine,
    {
      model,
      items: [...items, ...unknown.map((label) => ({ text: reading.labelPrompt + label }))],
      ...role,
      // A label applies to every input: an invalid one fails the call.
      mayFail: collect ? items.length : 0,
      fieldOf: (index) =>
        index < items.length ? inputField(index) : labelField(labels, unknown[index - items.length]!),
    },
    options,
  );
  const { dimensions, tokens } = embedded;
  const rowAt = (index: number): Float32Array =>
    embedded.values.subarray(index * dimensions, (index + 1) * dimensions);
  unknown.forEach((label, position) => {
    const index = items.length + position;
    // A copy: a view would keep the whole call's vectors alive.
    const vector = { vector: rowAt(index).slice(), tokens: tokens[index]! };
    found.set(label, vector);
    // Not if other files came under the model's name meanwhile.
    if (cache.epoch === epoch) cache.set(model, role.task, label, vector);
  });

  const temperature = request.temperature ?? reading.temperature;
  const choices = (index: number): [string | null, Choice][] =>
    groups.map(([name, group]) => {
      const cosines = group.map((label) => dotProduct(rowAt(index), found.get(label)!.vector));
      return [name, choose(group, cosines, temperature)];
    });
  const inputTokens = tokens.slice(0, items.length).reduce((sum, count) => sum + count, 0);
  const labelTokens = all.reduce((sum, label) => sum + found.get(label)!.tokens, 0);
  return {
    usage: { total_tokens: inputTokens + labelTokens },
    data: items.flatMap((_, index) =>
      embedded.failed.has(index) ? [] : [classification(index, choices(index))],
    ),
    ...(collect && { errors: embedded.failed.list() }),
  };
}

function classification(
  index: number,
  choices: [string | null, Choice][],
): Classification | GroupedClassification {
  const [first] = choices;
  if (first && first[0] === null) return { object: 'classification', index, ...first[1] };
  const named = choices as [string, Choice][];
  return {
    object: 'classification',
    index,
    prediction: Object.fromEntries(named.map(([name, { prediction }]) => [name, prediction])),
    score: Object.fromEntries(named.map(([name, { score }]) => [name, score])),
    predictions: Object.fromEntries(named.map(([name, { predictions }]) => [name, predictions])),
  };
}

/** The cosine of vectors of length 1. */
function dotProduct(left: Float32Array, right: Float32Array): number {
  let dot = 0;
  for (let index = 0; index < left.length; index++) dot += left[index]! * right[index]!;
  return dot;
}
