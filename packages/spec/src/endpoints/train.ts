import * as v from 'valibot';
import type { NotKept } from '../capabilities.ts';
import { FoundationError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import type { CallOptions } from '../progress.ts';
import { assertThat, listOf, nonEmptyText, oneOrMany, requestObject, text, wholeNumber } from '../schema.ts';
import type { TokenUsage } from '../usage.ts';
import { type ImageDoc, ImageDocSchema, type TextDoc, TextDocSchema } from './embeddings.ts';

/** A text with its label. */
export interface TextTrainingItem extends TextDoc {
  label: string;
}

export interface ImageTrainingItem extends ImageDoc {
  label: string;
}

/** A labelled example. */
export type TrainingItem = TextTrainingItem | ImageTrainingItem;

/** Access to a classifier. */
export type ClassifierAccess = 'public' | 'private';

/** `POST /v1/train` for a new classifier. */
export interface CreateTrainRequest {
  model: string;
  /** 2 to 512 labelled examples with at least two different labels. */
  input: readonly TrainingItem[];
  /** Access to the classifier: for anyone who has its id, or for its owner alone. @default 'public' */
  access?: ClassifierAccess | null | undefined;
  /** Passes over these examples; more passes give them more weight. @default 10 */
  num_iters?: number | null | undefined;
  classifier_id?: undefined;
}

/** `POST /v1/train` with more examples, and perhaps new labels, for a classifier that exists. */
export interface UpdateTrainRequest {
  classifier_id: string;
  /** One example or up to 512. */
  input: TrainingItem | readonly TrainingItem[];
  /** @default 10 */
  num_iters?: number | null | undefined;
  model?: undefined;
  access?: undefined;
}

/** Request of `train`: for a new classifier, or for one that exists. */
export type TrainRequest = CreateTrainRequest | UpdateTrainRequest;

/** Answer of `train`. */
export interface TrainResponse {
  classifier_id: string;
  /** Examples in this request. */
  num_samples: number;
  /** Input tokens × `num_iters`. */
  usage?: TokenUsage | undefined;
  /** Beyond the API, local engines only. */
  nearfield?: NotKept | undefined;
}

/** A trained classifier, as the API lists it. Times are ISO 8601. */
export interface ClassifierSummary {
  classifier_id: string;
  user_id: string;
  model: string;
  labels: string[];
  access: string;
  updated_number: number;
  used_number: number;
  created_at: string;
  updated_at: string;
  used_at?: string | null | undefined;
  is_active?: boolean | undefined;
  is_latest?: boolean | undefined;
  metadata_?: Record<string, unknown> | undefined;
}

/** Answer of `classifiers.delete`; the API does not document its fields. */
export interface DeleteClassifierResponse {
  message?: string | undefined;
  [field: string]: unknown;
}

/** A classifier as JSON: its weights, never the examples it learnt from. */
export interface ExportedClassifier {
  format: 'nearfield-classifier';
  version: 1;
  classifier: ClassifierSummary;
  /** Width of a row of weights. */
  columns: number;
  /** Base64 of little-endian float32, shape [labels, columns], in the order of `classifier.labels`. */
  weights: string;
}

/** `/v1/classifiers`. */
export interface ClassifiersApi {
  /** Classifiers of this owner. */
  list(options?: CallOptions): Promise<ClassifierSummary[]>;
  /** @throws FoundationError RESOURCE_NOT_FOUND; CONFLICT_RESOURCE_BUSY while it is being trained. */
  delete(classifierId: string, options?: CallOptions): Promise<DeleteClassifierResponse>;
  /** Local engines only. @throws FoundationError RESOURCE_NOT_FOUND */
  export?(classifierId: string, options?: CallOptions): Promise<ExportedClassifier>;
  /** Local engines only: keeps an exported classifier under its id. @throws FoundationError INPUT_VALIDATION_FAILED */
  import?(classifier: ExportedClassifier, options?: CallOptions): Promise<ClassifierSummary>;
}

const label = nonEmptyText('label');
const ITEM_MESSAGE = 'Each example is an object with a label and text or image.';

const TextTrainingItemSchema = v.looseObject({ ...TextDocSchema.entries, label }, ITEM_MESSAGE);
const ImageTrainingItemSchema = v.looseObject({ ...ImageDocSchema.entries, label }, ITEM_MESSAGE);

const TrainingItemSchema = v.lazy((value) =>
  typeof value === 'object' && value !== null && 'image' in value && !('text' in value)
    ? ImageTrainingItemSchema
    : TextTrainingItemSchema,
);

/** A checked example. */
export type ParsedTrainingItem = v.InferOutput<typeof TrainingItemSchema>;

const MOST_EXAMPLES = [
  LIMITS.train.inputs,
  `A request holds at most ${LIMITS.train.inputs} examples. Train again with the rest: the classifier keeps learning.`,
] as const;

const IterationsSchema = v.optional(
  v.nullable(wholeNumber('num_iters', 1, 1000), LIMITS.train.defaultIterations),
  LIMITS.train.defaultIterations,
);

/** @throws FoundationError INPUT_INVALID_LABELS */
function assertEnoughLabels(items: ParsedTrainingItem[]): void {
  const { minLabels } = LIMITS.train;
  if (new Set(items.map((item) => item.label)).size >= minLabels) return;
  throw new FoundationError({
    code: 'INPUT_INVALID_LABELS',
    message: `Invalid training labels. At least ${minLabels} unique labels are required for training.`,
    param: 'input',
  });
}

const CreateTrainRequestSchema = requestObject({
  model: nonEmptyText('model'),
  input: v.pipe(
    listOf(TrainingItemSchema, {
      message: 'input must be a list of labelled examples.',
      least: [
        LIMITS.train.minInputs,
        `Training needs at least ${LIMITS.train.minInputs} examples with different labels.`,
      ],
      most: MOST_EXAMPLES,
    }),
    assertThat(assertEnoughLabels),
  ),
  access: v.optional(
    v.nullable(v.picklist(['public', 'private'], 'access must be public or private.'), 'public'),
    'public',
  ),
  num_iters: IterationsSchema,
  classifier_id: v.optional(v.null()),
});

const UpdateTrainRequestSchema = requestObject({
  classifier_id: nonEmptyText('classifier_id'),
  input: v.pipe(
    oneOrMany(
      TrainingItemSchema,
      listOf(TrainingItemSchema, {
        least: [1, 'Input list cannot be empty. Provide at least one example.'],
        most: MOST_EXAMPLES,
      }),
    ),
    v.transform((input): ParsedTrainingItem[] => (Array.isArray(input) ? input : [input])),
  ),
  num_iters: IterationsSchema,
});

const isUpdate = (request: unknown): boolean =>
  typeof request === 'object' &&
  request !== null &&
  'classifier_id' in request &&
  request.classifier_id !== null &&
  request.classifier_id !== undefined;

/** Structure of a train request: an update if it names a classifier. The parsed `input` is always a list. */
export const TrainRequestSchema = v.lazy((request) =>
  isUpdate(request) ? UpdateTrainRequestSchema : CreateTrainRequestSchema,
);

/** A checked request for a new classifier, defaults applied. */
export type ParsedCreateTrainRequest = v.InferOutput<typeof CreateTrainRequestSchema>;
/** A checked request for a classifier that exists, defaults applied. */
export type ParsedUpdateTrainRequest = v.InferOutput<typeof UpdateTrainRequestSchema>;

/** A checked train request, defaults applied. */
export type ParsedTrainRequest = ParsedCreateTrainRequest | ParsedUpdateTrainRequest;

/** Whether a parsed request updates a classifier. */
export const isUpdateRequest = (request: ParsedTrainRequest): request is ParsedUpdateTrainRequest =>
  isUpdate(request);

/** Structure of an exported classifier; its import checks whether the weights fit. */
export const ExportedClassifierSchema = v.looseObject({
  format: v.literal('nearfield-classifier', 'This is not an exported classifier.'),
  version: v.literal(1, 'Only version 1 of exported classifiers can be read.'),
  classifier: v.looseObject({
    classifier_id: nonEmptyText('classifier_id'),
    user_id: text('user_id'),
    model: nonEmptyText('model'),
    labels: listOf(nonEmptyText('label')),
    access: v.picklist(['public', 'private'], 'access must be public or private.'),
    updated_number: wholeNumber('updated_number', 0),
    used_number: wholeNumber('used_number', 0),
    created_at: v.pipe(text('created_at'), v.isoTimestamp('created_at must be an ISO 8601 time.')),
    updated_at: v.pipe(text('updated_at'), v.isoTimestamp('updated_at must be an ISO 8601 time.')),
    used_at: v.nullish(v.pipe(text('used_at'), v.isoTimestamp('used_at must be an ISO 8601 time.'))),
    is_active: v.optional(v.boolean()),
    is_latest: v.optional(v.boolean()),
    metadata_: v.optional(v.record(v.string(), v.unknown())),
  }),
  columns: wholeNumber('columns', 1),
  weights: text('weights'),
}) satisfies v.GenericSchema<unknown, ExportedClassifier>;
