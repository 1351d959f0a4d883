/** What is learnt of a project: vectors once, weights after every change, and how good they are. */
import type { CallOptions, SearchFoundation } from '@nearfield/spec';
import type { Choice, LinearWeights } from '@nearfield/spec/implement';
import { Store } from '../shell/store.ts';
import {
  contradictions,
  crossValidate,
  nearestCosine,
  noneThreshold,
  type Quality,
  qualityOf,
} from './evaluation.ts';
import { fit, nameWeights, predict, type Sample } from './head.ts';
import { pause } from './pause.ts';
import type { Item, Project } from './project.ts';
import { areOfModel, contents, embedMissing, itemKey, nameKey, type Vectors } from './vectors.ts';

/** What the classifier says of an item. */
export interface Answer {
  choice: Choice;
  /** The cosine with the nearest example, −1 without any. */
  nearest: number;
}

/** A classifier of a project as it was. */
export interface Learnt {
  project: Project;
  weights: LinearWeights;
  samples: readonly Sample[];
  /** Milliseconds of learning all examples anew. */
  took: number;
  /** Of items without a class, by their ids. */
  answers: ReadonlyMap<string, Answer>;
}

/** How good a classifier is. */
export interface Evaluation {
  quality: Quality | undefined;
  /** Examples that contradict their label, the surest first. */
  contradictions: readonly { item: Item; choice: Choice }[];
  /** The cosine below which an item is none of the classes. */
  threshold: number | undefined;
}

interface LearnerState {
  learnt: Learnt | undefined;
  evaluation: Evaluation | undefined;
}

/** Items between two pauses. */
const STRETCH = 64;

/** Learns one project after the other; of several changes, the last one wins. */
export class Learner extends Store<LearnerState> {
  vectors: Vectors = { space: '', of: new Map() };
  /** Whether the vectors were computed here since they came from a file or an earlier visit, or compared with ones that were. */
  #verified = true;
  #round = 0;

  constructor() {
    super({ learnt: undefined, evaluation: undefined });
  }

  /** Begins with another project, and its vectors where they were kept. */
  begin(vectors: Vectors | undefined): void {
    this.clear();
    this.vectors = { space: vectors?.space ?? '', of: new Map(vectors?.of) };
    this.#verified = vectors === undefined || vectors.of.size === 0;
  }

  /** Takes away what was learnt from vectors of another space. */
  clear(): void {
    this.#round++;
    this.update({ learnt: undefined, evaluation: undefined });
  }

  /** Whether everything that the project needs has a vector of this space. */
  isComplete(project: Project, space: string, model: string, pictures: ReadonlyMap<string, Blob>): boolean {
    if (!this.#verified || this.vectors.space !== space) return false;
    return [...contents(project, model, pictures).keys()].every((key) => this.vectors.of.has(key));
  }

  /**
   * Embeds what has no vector yet, and learns after every request. Vectors of another space, or of a model that is another
   * one than it was, are computed anew.
   */
  async embed(
    foundation: SearchFoundation,
    {
      project,
      space,
      model,
      pictures,
    }: {
      project: Project;
      space: string;
      model: string;
      pictures: ReadonlyMap<string, Blob>;
    },
    options: CallOptions,
  ): Promise<void> {
    const wanted = contents(project, model, pictures);
    if (this.vectors.space !== space) this.vectors = { space, of: new Map() };
    else if (!this.#verified && !(await areOfModel(foundation, model, wanted, this.vectors, options)))
      this.vectors = { space, of: new Map() };
    this.#verified = true;
    await embedMissing(foundation, model, wanted, this.vectors, {
      ...options,
      added: (done, total) => {
        if (done < total) void this.learn(project, model);
      },
    });
  }

  /** Learns the examples that have vectors; without the vectors of all names nothing. */
  async learn(project: Project, model: string): Promise<Learnt | undefined> {
    const round = ++this.#round;
    const { of } = this.vectors;
    const names = project.classes.map(({ name }) => of.get(nameKey(name)));
    if (!this.#verified || names.length < 2 || names.some((name) => name === undefined)) {
      this.update({ learnt: undefined, evaluation: undefined });
      return undefined;
    }
    const labels = project.classes.map(({ name }) => name);
    const labelOf = new Map(project.classes.map(({ id, name }) => [id, name]));
    const samples: Sample[] = [];
    for (const item of project.items) {
      const vector = of.get(itemKey(project, item));
      const label = item.classId === undefined ? undefined : labelOf.get(item.classId);
      if (vector && label !== undefined) samples.push({ vector, label });
    }
    const start = performance.now();
    const weights = await fit(nameWeights(labels, names as Float32Array[], model), samples, { pause });
    const took = performance.now() - start;
    const answers = new Map<string, Answer>();
    for (const [index, item] of project.items.filter(({ classId }) => classId === undefined).entries()) {
      if (index % STRETCH === STRETCH - 1) await pause();
      if (round !== this.#round) return undefined;
      const vector = of.get(itemKey(project, item));
      if (vector) answers.set(item.id, answer({ weights, samples }, vector));
    }
    if (round !== this.#round) return undefined;
    const learnt: Learnt = { project, weights, samples, took, answers };
    this.update({ learnt });
    return learnt;
  }

  /** Finds out how good what was learnt is. */
  async evaluate({ project, samples, weights }: Learnt, model: string): Promise<void> {
    const round = this.#round;
    const labels = weights.labels;
    const names = labels.map((label) => this.vectors.of.get(nameKey(label))!);
    const start = nameWeights(labels, names, model);
    const examples = project.items.filter(
      (item) => item.classId !== undefined && this.vectors.of.has(itemKey(project, item)),
    );
    const { folds, heldOut } = await crossValidate(samples, async (part) => {
      const trained = await fit(start, part, { pause });
      return (vector) => predict(trained, vector);
    });
    const threshold = await noneThreshold(samples, project.refuse, pause);
    if (round !== this.#round) return;
    this.update({
      evaluation: {
        quality: qualityOf(folds, heldOut, labels),
        contradictions: contradictions(heldOut)
          .map(({ index, choice }) => ({ item: examples[index]!, choice }))
          .filter(({ item }) => !item.sure),
        threshold,
      },
    });
  }
}

/** What a classifier says of a vector. */
export const answer = (
  { weights, samples }: Pick<Learnt, 'weights' | 'samples'>,
  vector: Float32Array,
): Answer => ({
  choice: predict(weights, vector),
  nearest: nearestCosine(vector, samples),
});

/** Whether an answer is none of the classes. */
export const isNone = ({ nearest }: Answer, threshold: number | undefined): boolean =>
  threshold !== undefined && nearest < threshold;

/** How far the best label is before the second: the smaller, the more there is to learn from an item's label. */
function marginOf({ choice }: Answer): number {
  const [first = 0, second = 0] = choice.predictions
    .map(({ score }) => score)
    .sort((one, other) => other - one);
  return first - second;
}

/** Items without a class, the least certain first: margin sampling (Scheffer, Decomain and Wrobel, IDA 2001). */
export function leastCertain({ project, answers }: Learnt): { item: Item; answer: Answer }[] {
  return project.items
    .flatMap((item) => {
      const found = item.classId === undefined ? answers.get(item.id) : undefined;
      return found ? [{ item, answer: found }] : [];
    })
    .sort((one, other) => marginOf(one.answer) - marginOf(other.answer));
}
