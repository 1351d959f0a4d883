import * as v from 'valibot';
import { FoundationError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import {
  assertThat,
  listOf,
  nonEmptyText,
  oneOrMany,
  requestObject,
  safeKeys,
  stringOrDocument,
} from '../schema.ts';
import { shortened } from '../shortened.ts';
import type { TokenUsage } from '../usage.ts';
import { type ImageDoc, ImageDocSchema, type TextDoc, TextDocSchema } from './embeddings.ts';

/** A text or a picture to classify. */
export type ClassifyInput = string | TextDoc | ImageDoc;

/** A list of up to 512 labels, or up to 8 named groups of up to 64 labels that are answered separately. */
export type Labels = readonly string[] | Readonly<Record<string, readonly string[]>>;

/** `POST /v1/classify` with labels given in words. */
export interface ZeroShotClassifyRequest<L extends Labels = Labels> {
  model: string;
  /** One item or up to 512; texts and images may be mixed where the model reads both. */
  input: ClassifyInput | readonly ClassifyInput[];
  labels: L;
  /**
   * Beyond the API: scores are softmax(cosine ÷ temperature), so a smaller value makes them more decided.
   * @default the model's own, 1 for Jina's models
   */
  temperature?: number | null | undefined;
  classifier_id?: undefined;
}

/** `POST /v1/classify` with a classifier made by `train`. */
export interface FewShotClassifyRequest {
  classifier_id: string;
  input: ClassifyInput | readonly ClassifyInput[];
  model?: undefined;
  labels?: undefined;
}

/** Request of `classify`: with labels in words, or with a trained classifier. */
export type ClassifyRequest = ZeroShotClassifyRequest | FewShotClassifyRequest;

/** A label with its score. */
export interface LabelScore {
  label: string;
  score: number;
}

/** The result of one input when labels are a list, or of a trained classifier. */
export interface Classification {
  object: 'classification';
  /** Position in the request's input. */
  index: number;
  /** The best label. */
  prediction: string;
  score: number;
  /** Every label in the request's order; zero-shot scores sum to 1. */
  predictions: LabelScore[];
}

/** The result of one input when labels are groups: the same, one entry per group. */
export interface GroupedClassification {
  object: 'classification';
  index: number;
  prediction: Record<string, string>;
  score: Record<string, number>;
  predictions: Record<string, LabelScore[]>;
}

/** Answer of `classify`. */
export interface ClassifyResponse<Item = Classification | GroupedClassification> {
  /** Zero-shot counts input and label tokens, few-shot input tokens. */
  usage: TokenUsage;
  data: Item[];
}

/** The response type of a request type: grouped labels give grouped results. */
export type ClassifyResponseFor<Request> = Request extends { classifier_id: string }
  ? ClassifyResponse<Classification>
  : Request extends { labels: infer L }
    ? L extends readonly string[]
      ? ClassifyResponse<Classification>
      : ClassifyResponse<GroupedClassification>
    : ClassifyResponse;

const ClassifyInputSchema = stringOrDocument(
  { text: TextDocSchema, image: ImageDocSchema },
  'Each input is a string or an object with text or image.',
);

const ClassifyInputsSchema = oneOrMany(
  ClassifyInputSchema,
  listOf(ClassifyInputSchema, {
    least: [1, 'Input list cannot be empty. Provide at least one item.'],
    most: [
      LIMITS.classify.inputs,
      `A request holds at most ${LIMITS.classify.inputs} inputs. Split it into several.`,
    ],
  }),
);

const LABEL_SHAPE = 'labels must be a list of strings or an object of such lists.';

const LabelListSchema = listOf(nonEmptyText('label'), {
  message: LABEL_SHAPE,
  least: [1, 'labels cannot be empty. Provide at least one label.'],
});

const LabelsSchema = oneOrMany(
  v.pipe(
    v.unknown(),
    safeKeys,
    v.record(v.string(), LabelListSchema, LABEL_SHAPE),
    v.check(
      (groups) => Object.keys(groups).length > 0,
      'labels cannot be empty. Provide at least one group.',
    ),
  ),
  LabelListSchema,
);

/** Looks at nothing but lengths, before each label is. @throws FoundationError INPUT_LABEL_LIMIT_EXCEEDED */
function assertLabelCount(labels: unknown): void {
  const { labels: most, groups: mostGroups, labelsPerGroup } = LIMITS.classify;
  const refuse = (current: number, what: string, maximum: number): never => {
    throw new FoundationError({
      code: 'INPUT_LABEL_LIMIT_EXCEEDED',
      message: `Label limit exceeded: ${current} ${what} provided, maximum ${maximum}. Reduce the number of labels.`,
      param: 'labels',
    });
  };
  if (typeof labels !== 'object' || labels === null) return;
  if (Array.isArray(labels)) {
    if (labels.length > most) refuse(labels.length, 'labels', most);
    return;
  }
  const groups = Object.entries(labels);
  if (groups.length > mostGroups) refuse(groups.length, 'label groups', mostGroups);
  for (const [name, group] of groups) {
    if (Array.isArray(group) && group.length > labelsPerGroup) {
      refuse(group.length, `labels in group '${shortened(name)}'`, labelsPerGroup);
    }
  }
}

const ZeroShotClassifyRequestSchema = requestObject({
  model: nonEmptyText('model'),
  input: ClassifyInputsSchema,
  labels: v.pipe(v.unknown(), assertThat(assertLabelCount), LabelsSchema),
  temperature: v.nullish(
    v.pipe(
      v.number('temperature must be a number.'),
      v.finite('temperature must be finite.'),
      v.gtValue(0, 'temperature must be greater than 0.'),
    ),
  ),
  classifier_id: v.optional(v.null()),
});

const FewShotClassifyRequestSchema = requestObject({
  classifier_id: nonEmptyText('classifier_id'),
  input: ClassifyInputsSchema,
});

const isFewShot = (request: unknown): boolean =>
  typeof request === 'object' &&
  request !== null &&
  'classifier_id' in request &&
  request.classifier_id !== null &&
  request.classifier_id !== undefined;

/** Structure of a classify request: few-shot if it names a classifier, otherwise zero-shot. */
export const ClassifyRequestSchema = v.lazy((request) =>
  isFewShot(request) ? FewShotClassifyRequestSchema : ZeroShotClassifyRequestSchema,
);

/** A checked request with labels in words, defaults applied. */
export type ParsedZeroShotClassifyRequest = v.InferOutput<typeof ZeroShotClassifyRequestSchema>;
/** A checked request with a trained classifier, defaults applied. */
export type ParsedFewShotClassifyRequest = v.InferOutput<typeof FewShotClassifyRequestSchema>;

/** A checked classify request, defaults applied. */
export type ParsedClassifyRequest = ParsedZeroShotClassifyRequest | ParsedFewShotClassifyRequest;

/** Whether a parsed request uses a trained classifier. */
export const isFewShotRequest = (request: ParsedClassifyRequest): request is ParsedFewShotClassifyRequest =>
  isFewShot(request);
