import type { FacetCounts } from '@nearfield/search';
import type { Side } from '../shell/app.ts';
import type { AskingOptions, AskingState, Marks } from './asking.ts';
import type { Choices } from './filters/choices.ts';
import type { IndexingState } from './indexing.ts';
import type { LiveSession, SearchRequest } from './live-session.ts';
import type { ReadingProgress } from './reading.ts';

/** What a visitor adds and removes: a text, or a picture. */
export interface Added {
  readonly id: string;
  readonly name: string;
  /** When it was added, in milliseconds since 1970. */
  readonly added: number;
}

export interface LiveSearchState<Item, Answer> extends AskingState<Answer>, IndexingState {
  models: Record<Side, string>;
  documents: readonly Item[];
  reading: ReadingProgress | undefined;
  /** What was removed last, and may be taken back. */
  removed: Item | undefined;
  /** Values that answers must have. */
  filters: Choices;
  /** How many of all that can be found have each value of a filter. */
  all: FacetCounts;
}

/** A session over what a visitor added. */
export interface ItemSession<Item, Answer> extends LiveSession {
  /** What was kept, by an earlier visit or another tab. */
  kept(): Promise<Item[]>;
  /** Makes these what is searched. @param removed ids in the index of what the visitor took away */
  setDocuments(items: readonly Item[], removed?: readonly string[]): Promise<void>;
  search(
    question: string,
    vector: Float32Array,
    request: SearchRequest,
  ): Promise<{ answers: readonly Answer[]; facets: FacetCounts }>;
}

export type Models = Readonly<Record<Side, string>>;

/** The sessions of each side and model. */
export interface Sessions<Session> {
  /** That of the current side. */
  current(models: Models): Session;
  /** The one that the browser keeps: it holds everything, whatever the current one is. */
  kept(models: Models): Session;
  /** Those that are given what is new at once; the others get it when they are current again. */
  written(models: Models): ReadonlySet<Session>;
}

/** What differs between the searches. */
export interface LiveSearchParts<Item, Answer, Session> {
  /** What is searched. */
  kind: 'texts' | 'pictures';
  models: Record<Side, string>;
  question?: string;
  filters?: Choices;
  /** Milliseconds without a key before a question is asked. */
  debounce: number;
  /** Answers shown. */
  limit: number;
  marks?: Marks<Answer, Session>;
  /** Answers a question while nothing is indexed. Default: nothing does. */
  answerAhead?: AskingOptions<Answer, LiveSession>['answerAhead'];
  /** @param onChange is to be called when a session has changed, with whether it is the kept one */
  sessions(onChange: (isKept: boolean) => void): Sessions<Session>;
  /** Ids that an item has in the index. */
  idsOf(item: Item): readonly string[];
  /** The id of what an answer shows in the index. */
  idOf(answer: Answer): string;
  /** A number of what is in the index, with its noun. */
  counted(count: number): string;
}
