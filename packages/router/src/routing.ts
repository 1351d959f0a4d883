import { type EmbeddingSpace, FoundationError, type SearchFoundation } from '@nearfield/spec';
import type { FoundationMethod, ItemCallOptions } from '@nearfield/spec/implement';
import { browserConditions } from './conditions.ts';
import { errorOfAll, type Failure, mayMoveOn, passedOver } from './failover.ts';
import type { Place, Route, RoutedCall, RouterOptions } from './options.ts';
import type { Places } from './places.ts';
import { type Order, orderOf } from './policy.ts';
import { requireSpace, spaceAt } from './spaces.ts';
import { Speeds } from './speed.ts';

/** Options of a call of the router. */
export interface RouterCallOptions extends ItemCallOptions {
  /** Only this place is asked. @default chosen by the policy */
  place?: Place | undefined;
  /**
   * Space of the vectors, as an answer before named it (`nearfield.space`): that of an index, for example. A call that
   * cannot get it rejects with EMBEDDING_SPACE_MISMATCH.
   */
  space?: EmbeddingSpace | string | undefined;
}

/** What an answer of the router says beside its result. */
export interface Routed {
  nearfield: { route: Route; space?: EmbeddingSpace | undefined };
}

/** A call as it is routed. */
export interface Asked<Answer> {
  method: FoundationMethod;
  request: object;
  options: RouterCallOptions;
  /** Inputs or documents, from which its size is told. */
  inputs: unknown;
  /** Whether it may be answered by a second place after a first one failed in the middle. */
  isRepeatable: boolean;
  hasVectors?: boolean | undefined;
  run: (foundation: SearchFoundation, request: never, options: ItemCallOptions) => Promise<Answer>;
}

type Listener = (route: Route & { method: FoundationMethod }) => void;

/** Chooses places for calls and asks one after the other. */
export class Routing {
  readonly #places: Places;
  readonly #options: RouterOptions;
  readonly #speeds = new Speeds();
  readonly #listeners = new Set<Listener>();
  /** Space of each model's vectors so far, by method and name. */
  readonly #spaces = new Map<string, string>();
  /** Spaces that servers were seen to compute in. A local engine's may change with its device. */
  readonly #seen = new Map<string, EmbeddingSpace>();
  readonly #ready = new Set<string>();

  constructor(places: Places, options: RouterOptions) {
    this.#places = places;
    this.#options = options;
  }

  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Forgets the space of a model's vectors, or of all: the next answer decides anew. */
  releaseSpace(model?: string): void {
    for (const key of this.#spaces.keys()) {
      if (model === undefined || key.endsWith(` ${model}`)) this.#spaces.delete(key);
    }
  }

  /** Places in the order of the policy. */
  async order(
    method: FoundationMethod,
    request: object,
    inputs: unknown,
    options: RouterCallOptions,
  ): Promise<Order> {
    const { place } = options;
    const { policy = 'local-first', conditions = browserConditions } = this.#options;
    if (place !== undefined) {
      this.#requirePlace(place);
      return { places: [place], reason: 'The call names it.' };
    }
    const model = modelOf(request);
    const call: RoutedCall = {
      method,
      model,
      ...sizeOf(inputs),
      places: this.#places.names,
      isReady: (each) => this.#ready.has(`${each} ${model ?? method}`),
      conditions: await conditions(),
    };
    const order: Order =
      typeof policy === 'function'
        ? { places: [await policy(call)].flat() as Place[], reason: 'The policy of the page chose it.' }
        : orderOf(policy, call, this.#speeds);
    for (const each of order.places) this.#requirePlace(each);
    if (order.places.length > 0) return order;
    throw new FoundationError({
      code: 'NOT_SUPPORTED',
      message: `${method} has no place to be answered: the policy leaves none of ${this.#places.names.join(', ') || 'nothing'}.`,
      param: method,
    });
  }

  /** @throws FoundationError of the place that is asked last, or of all; the signal's reason */
  async answer<Answer extends object>(asked: Asked<Answer>): Promise<Answer & Routed> {
    const { method, request, options, isRepeatable, hasVectors = false } = asked;
    const { signal, space: wanted } = options;
    signal?.throwIfAborted();
    const remaining = deadline(options);
    const { places, reason } = await this.order(method, request, asked.inputs, options);
    const failures: Failure[] = [];
    for (const place of places) {
      // It may have been aborted while the router was choosing.
      signal?.throwIfAborted();
      const sent = this.#requestFor(place, request);
      const name = modelOf(request) ?? method;
      const key = `${method} ${name}`;
      const isLast = place === places.at(-1);
      try {
        const needed = hasVectors ? (idOf(wanted) ?? this.#spaces.get(key)) : undefined;
        const seen = this.#seen.get(`${place} ${key}`);
        if (needed !== undefined && seen) requireSpace(needed, seen, place);
        const foundation = await this.#places.get(place);
        const start = performance.now();
        const answer = await asked.run(foundation, sent as never, remaining());
        const space = hasVectors
          ? await this.#spaceOf(place, foundation, sent, answer, key, wanted)
          : undefined;
        this.#speeds.note(place, key, sizeOf(asked.inputs).inputs, performance.now() - start);
        this.#ready.add(`${place} ${name}`);
        const route: Route = { place, reason: reasonOf(reason, failures), passedOver: passedOver(failures) };
        this.#tell(method, route);
        return withRoute(answer, route, space);
      } catch (error) {
        if (signal?.aborted || !mayMoveOn(error, isRepeatable)) throw error;
        failures.push({ place, error });
        if (isLast || remaining().timeout === 1) throw errorOfAll(failures);
      }
    }
    throw errorOfAll(failures);
  }

  /** Vectors of an answer are of the space that is wanted, or that the answers before were of. */
  async #spaceOf(
    place: Place,
    foundation: SearchFoundation,
    request: object,
    answer: unknown,
    key: string,
    wanted: EmbeddingSpace | string | undefined,
  ): Promise<EmbeddingSpace> {
    const model = modelOf(request) ?? '';
    const space = await spaceAt(place, foundation, model, answer);
    if (place !== 'local') this.#seen.set(`${place} ${key}`, space);
    const { spaces = 'first' } = this.#options;
    // Read only now: another call may have been answered meanwhile.
    const needed = idOf(wanted) ?? (spaces === 'first' ? this.#spaces.get(key) : undefined);
    if (needed !== undefined) requireSpace(needed, space, place);
    else if (spaces === 'first') this.#spaces.set(key, space.id);
    return space;
  }

  /** A request with the place's own model, if its model is a name of the router's. */
  #requestFor(place: Place, request: object): object {
    const model = modelOf(request);
    const { models = {} } = this.#options;
    if (model === undefined || !Object.hasOwn(models, model)) return request;
    const own = models[model]![place];
    if (own !== undefined) return { ...request, model: own };
    return request;
  }

  #requirePlace(place: Place): void {
    if (this.#places.names.includes(place)) return;
    throw new FoundationError({
      code: 'INPUT_VALIDATION_FAILED',
      message: `There is no place '${String(place)}'; this router has ${this.#places.names.join(', ') || 'none'}.`,
      param: 'place',
    });
  }

  #tell(method: FoundationMethod, route: Route): void {
    for (const listener of this.#listeners) {
      try {
        listener({ ...route, method });
      } catch (error) {
        // As with an EventTarget, a listener that fails does not fail the call.
        if (typeof reportError === 'function') reportError(error);
        else console.error('A listener of the router failed:', error);
      }
    }
  }
}

/** The model that a request names. It was not checked yet. */
function modelOf(request: unknown): string | undefined {
  const model = (request as { model?: unknown } | null | undefined)?.model;
  return typeof model === 'string' ? model : undefined;
}

const idOf = (space: EmbeddingSpace | string | undefined): string | undefined =>
  typeof space === 'string' ? space : space?.id;

const reasonOf = (reason: string, failures: readonly Failure[]): string =>
  [reason, ...failures.map(({ place, error }) => `${place} did not answer: ${error.code}.`)].join(' ');

function withRoute<Answer extends object>(
  answer: Answer,
  route: Route,
  space?: EmbeddingSpace,
): Answer & Routed {
  const { nearfield } = answer as { nearfield?: object };
  return { ...answer, nearfield: { ...nearfield, route, ...(space && { space }) } };
}

/** Lists and objects around a text of a request, at most. */
const DEEPEST = 8;

/** Inputs, and characters of their texts. */
function sizeOf(inputs: unknown): { inputs: number; characters: number } {
  const list = Array.isArray(inputs) ? inputs : inputs === undefined ? [] : [inputs];
  const characters = (value: unknown, depth = 0): number => {
    if (typeof value === 'string') return value.length;
    // The request was not checked yet: lists may be nested without end.
    if (typeof value !== 'object' || value === null || depth > DEEPEST) return 0;
    if (Array.isArray(value))
      return value.reduce<number>((sum, each) => sum + characters(each, depth + 1), 0);
    const { text, content } = value as { text?: unknown; content?: unknown };
    return characters(text ?? content, depth + 1);
  };
  return { inputs: list.length, characters: characters(list) };
}

/** The options for a place: together, places take no longer than the call may. */
function deadline({ place: _, space: __, ...options }: RouterCallOptions): () => ItemCallOptions {
  const { timeout } = options;
  if (timeout === undefined) return () => options;
  const end = performance.now() + timeout;
  return () => ({ ...options, timeout: Math.max(1, end - performance.now()) });
}
