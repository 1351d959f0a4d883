import {
  base64ToVector,
  type ClassifierSummary,
  type ExportedClassifier,
  FoundationError,
  LIMITS,
  type TrainResponse,
} from '@nearfield/spec';
import {
  BUSY,
  type ClassifierAccess,
  type DeleteClassifierResponse,
  invalid,
  type LinearWeights,
  shortened,
  vectorToBase64,
} from '@nearfield/spec/implement';
import { isQuotaError } from '@nearfield/storage';
import type { VectorRole } from '../../models/classification.ts';
import { FORMAT, isNewer, requireKnownFormat, type Versioned } from '../../persistence/format.ts';
import { isDamage } from '../../persistence/record-errors.ts';
import { getIfSound, notKept, type Records } from '../../persistence/records.ts';
import type { ClassifierLimits } from '../../requests/classify.ts';

/** A trained classifier as stored: weights and public facts, never an example. */
export interface ClassifierRecord extends Versioned {
  id: string;
  model: string;
  /** Settings with which its examples were embedded; inputs are embedded the same way. */
  role: VectorRole;
  access: ClassifierAccess;
  weights: LinearWeights;
  /** Examples it has seen, repetitions by `num_iters` not counted. */
  examples: number;
  createdAt: string;
  updatedAt: string;
  /** Times it was trained after it was made. */
  updates: number;
  /** The last training call and its answer: a call that is sent again is answered and not done again. */
  lastCall: { id: string; response: TrainResponse };
}

/** Number of uses of a classifier, stored apart from its weights, which do not change with it. */
interface UseRecord {
  count: number;
  lastAt: string;
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isTime = (value: unknown): boolean => isText(value) && !Number.isNaN(Date.parse(value));
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;

function isClassifierRecord(value: unknown): value is ClassifierRecord {
  if (isNewer(value)) return true;
  const record = (value ?? {}) as Partial<ClassifierRecord>;
  const { labels, columns, values } = (record.weights ?? {}) as Partial<LinearWeights>;
  return (
    [record.id, record.model, record.access, record.lastCall?.id].every(isText) &&
    [record.createdAt, record.updatedAt].every(isTime) &&
    [record.examples, record.updates].every(isCount) &&
    typeof record.role === 'object' &&
    record.role !== null &&
    typeof record.lastCall?.response === 'object' &&
    record.lastCall.response !== null &&
    Array.isArray(labels) &&
    labels.length > 0 &&
    labels.every(isText) &&
    isCount(columns) &&
    values instanceof Float32Array &&
    values.length === labels.length * columns! &&
    values.every(Number.isFinite)
  );
}

function isUseRecord(value: unknown): value is UseRecord {
  const { count, lastAt } = (value ?? {}) as Partial<UseRecord>;
  return isCount(count) && isTime(lastAt);
}

const recordKey = (id: string): string => `classifier/${id}`;
const useKey = (id: string): string => `classifier-use/${id}`;
/** Ids are made here or elsewhere by the same rule; anything else names nothing. */
const ID = /^[\w-]{1,100}$/;

/** Local classifiers belong to no account: the nil UUID. */
const LOCAL_USER = '00000000-0000-0000-0000-000000000000';

const notFound = (id: string): FoundationError =>
  new FoundationError({
    code: 'RESOURCE_NOT_FOUND',
    message: `Unknown classifier '${shortened(id)}'. classifiers.list() lists the existing ones; train() makes one.`,
    param: 'classifier_id',
  });

const busy = (id: string): FoundationError =>
  new FoundationError({
    code: 'CONFLICT_RESOURCE_BUSY',
    message: `Classifier '${shortened(id)}' is being modified by another call. Try again when that has ended.`,
    param: 'classifier_id',
  });

/** The classifiers that are kept here. Changes are whole or not at all, whichever tab or process makes them. */
export class Classifiers {
  readonly #records: () => Promise<Records>;
  readonly #limits: Required<{ [Name in keyof ClassifierLimits]: number }>;

  constructor(records: () => Promise<Records>, limits: ClassifierLimits = {}) {
    this.#records = records;
    const { labels = LIMITS.train.labels, classifiers = LIMITS.train.classifiers } = limits;
    this.#limits = { labels, classifiers };
  }

  /** @throws FoundationError RESOURCE_NOT_FOUND; RECORD_DAMAGED; STORAGE_FAILED. */
  async get(id: string): Promise<ClassifierRecord> {
    const records = await this.#records();
    const record = ID.test(id) ? await records.get(recordKey(id), isClassifierRecord) : undefined;
    if (!record) throw notFound(id);
    return requireKnownFormat(id, record);
  }

  /** Note in an answer if classifiers are in memory although they should be stored. */
  async notKept(): Promise<ReturnType<typeof notKept>> {
    return notKept(await this.#records());
  }

  /** The classifier of this id if the call made it before, so that the call need not be done again. */
  async madeBy(id: string, callId: string): Promise<ClassifierRecord | undefined> {
    // A value that is not an id cannot be a record's name either.
    if (!ID.test(id)) throw notFound(id);
    const records = await this.#records();
    const record = await records.get(recordKey(id), isClassifierRecord);
    return record && !isNewer(record) && record.lastCall.id === callId ? record : undefined;
  }

  /** Oldest first. Damaged ones are left out: `capabilities().storage.records` names them. */
  async list(): Promise<ClassifierSummary[]> {
    const records = await this.#records();
    const summaries: ClassifierSummary[] = [];
    for (const key of await records.keys(recordKey(''))) {
      const record = await getIfSound(records, key, isClassifierRecord);
      // Another tab may have deleted it meanwhile.
      if (record && !isNewer(record)) summaries.push(summaryOf(record, await useOf(records, record.id)));
    }
    return summaries.sort((a, b) => Date.parse(a.created_at) - Date.parse(b.created_at));
  }

  /** @throws FoundationError AUTHZ_RESOURCE_LIMIT_EXCEEDED if the limit is reached. */
  async requireRoom(): Promise<void> {
    const { classifiers: most } = this.#limits;
    const records = await this.#records();
    const { length } = await records.keys(recordKey(''));
    if (length < most) return;
    throw new FoundationError({
      code: 'AUTHZ_RESOURCE_LIMIT_EXCEEDED',
      message: `Classifier limit exceeded: ${length} classifiers exist, maximum ${most}. Delete one that is not needed, or raise the limit.`,
      param: 'classifier_id',
    });
  }

  /** @throws FoundationError INPUT_LABEL_LIMIT_EXCEEDED */
  requireLabels(labels: readonly string[]): void {
    const { labels: most } = this.#limits;
    const { size } = new Set(labels);
    if (size <= most) return;
    throw new FoundationError({
      code: 'INPUT_LABEL_LIMIT_EXCEEDED',
      message: `Label limit exceeded: the classifier would have ${size} labels, maximum ${most}. Reduce the number of labels.`,
      param: 'input',
    });
  }

  /** Keeps a new classifier. @throws FoundationError AUTHZ_RESOURCE_LIMIT_EXCEEDED */
  async add(record: ClassifierRecord): Promise<void> {
    const records = await this.#records();
    // Counting and adding are one step: tabs must not pass the limit together.
    await records.locks.wait('classifiers', async () => {
      await this.requireRoom();
      await records.put(recordKey(record.id), { ...record, format: FORMAT });
    });
  }

  /**
   * Changes a classifier, exclusively. If `change` fails, the classifier stays as it was.
   * @throws FoundationError RESOURCE_NOT_FOUND; CONFLICT_RESOURCE_BUSY while another call changes it.
   */
  modify(
    id: string,
    change: (record: ClassifierRecord) => Promise<ClassifierRecord>,
  ): Promise<ClassifierRecord> {
    return this.#alone(id, async (records) => {
      const before = await this.get(id);
      const after = await change(before);
      if (after !== before) await records.put(recordKey(id), { ...after, format: FORMAT });
      return after;
    });
  }

  /**
   * Also one that is damaged or of a newer version; and on a full disk, which has no room even for a lock.
   * @throws FoundationError RESOURCE_NOT_FOUND; CONFLICT_RESOURCE_BUSY while it is being trained.
   */
  async delete(id: string): Promise<DeleteClassifierResponse> {
    const remove = async (records: Records): Promise<DeleteClassifierResponse> => {
      try {
        if (!(await records.get(recordKey(id)))) throw notFound(id);
      } catch (error) {
        if (!isDamage(error)) throw error;
      }
      await records.delete(recordKey(id), useKey(id));
      return { classifier_id: id, message: `Classifier ${id} deleted.` };
    };
    try {
      return await this.#alone(id, remove);
    } catch (error) {
      if (!isQuotaError(error)) throw error;
      return remove(await this.#records());
    }
  }

  /** Counts one use. A count that cannot be written is lost, which must not fail the answer. */
  async used(id: string): Promise<void> {
    try {
      const records = await this.#records();
      await records.update<UseRecord>(
        useKey(id),
        (use) => ({ count: (use?.count ?? 0) + 1, lastAt: new Date().toISOString() }),
        isUseRecord,
      );
    } catch {
      // A full or read-only disk.
    }
  }

  /** @throws FoundationError RESOURCE_NOT_FOUND */
  async export(id: string): Promise<ExportedClassifier> {
    const records = await this.#records();
    const record = await this.get(id);
    return {
      format: 'nearfield-classifier',
      version: 1,
      classifier: summaryOf(record, await useOf(records, id)),
      columns: record.weights.columns,
      weights: vectorToBase64(record.weights.values),
    };
  }

  /**
   * Stores a checked export, in place of an existing classifier of this id.
   * @throws FoundationError INPUT_VALIDATION_FAILED if the weights do not fit; INPUT_LABEL_LIMIT_EXCEEDED;
   * AUTHZ_RESOURCE_LIMIT_EXCEEDED; CONFLICT_RESOURCE_BUSY.
   */
  async import(exported: ExportedClassifier, role: VectorRole): Promise<ClassifierSummary> {
    const record = recordOf(exported, role);
    this.requireLabels(record.weights.labels);
    const { used_number: count, used_at: lastAt } = exported.classifier;
    const use = lastAt && count > 0 ? { count, lastAt } : undefined;
    return this.#alone(record.id, async (records) => {
      await records.locks.wait('classifiers', async () => {
        if (!(await getIfSound(records, recordKey(record.id), isClassifierRecord))) await this.requireRoom();
        await records.put(recordKey(record.id), { ...record, format: FORMAT });
      });
      if (use) await records.put(useKey(record.id), use);
      else await records.delete(useKey(record.id));
      return summaryOf(record, use);
    });
  }

  async #alone<Result>(id: string, action: (records: Records) => Promise<Result>): Promise<Result> {
    if (!ID.test(id)) throw notFound(id);
    const records = await this.#records();
    const result = await records.locks.attempt(`classifier/${id}`, () => action(records));
    if (result === BUSY) throw busy(id);
    return result;
  }
}

const useOf = (records: Records, id: string): Promise<UseRecord | undefined> =>
  getIfSound(records, useKey(id), isUseRecord);

function summaryOf(record: ClassifierRecord, use: UseRecord | undefined): ClassifierSummary {
  return {
    classifier_id: record.id,
    user_id: LOCAL_USER,
    model: record.model,
    labels: [...record.weights.labels],
    access: record.access,
    updated_number: record.updates,
    used_number: use?.count ?? 0,
    created_at: record.createdAt,
    updated_at: record.updatedAt,
    used_at: use?.lastAt ?? null,
    is_active: true,
    is_latest: true,
    metadata_: { num_samples: record.examples, dimensions: record.weights.columns },
  };
}

function recordOf({ classifier, columns, weights }: ExportedClassifier, role: VectorRole): ClassifierRecord {
  const { classifier_id: id, labels, metadata_: metadata } = classifier;
  if (!ID.test(id)) {
    throw invalid('classifier.classifier_id', 'An id has 1 to 100 letters, digits, dashes or underscores.');
  }
  if (labels.length === 0 || new Set(labels).size !== labels.length) {
    throw invalid('classifier.labels', 'There must be labels, each of them once.');
  }
  const values = base64ToVector(weights);
  if (values.length !== labels.length * columns) {
    throw invalid(
      'weights',
      `${labels.length} labels of ${columns} columns are ${labels.length * columns} numbers; there are ${values.length}.`,
    );
  }
  if (!values.every(Number.isFinite)) throw invalid('weights', 'All weights must be finite.');
  const samples = metadata?.num_samples;
  return {
    id,
    model: classifier.model,
    role,
    access: classifier.access === 'private' ? 'private' : 'public',
    weights: { labels, columns, values },
    examples: typeof samples === 'number' ? samples : 0,
    createdAt: classifier.created_at,
    updatedAt: classifier.updated_at,
    updates: classifier.updated_number,
    lastCall: { id: '', response: { classifier_id: id, num_samples: 0 } },
  };
}
