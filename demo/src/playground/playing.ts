import type { Answerer } from '../shell/answerer.ts';
import type { App, Side } from '../shell/app.ts';
import { type Asked, PageState, perApp } from '../shell/page-state.ts';
import { Stopwatch } from '../shell/stopwatch.ts';
import { tokensOf } from '../shell/usage.ts';
import { words } from '../words/language.ts';
import { type Code, codeOf, type Language } from './code/code.ts';
import { faultsOf, WHOLE } from './faults.ts';
import { fieldsOf } from './fields.ts';
import { callableOf, callOperation, type JsonRequest, type Operation, operationOf } from './operations.ts';
import { plainJson } from './plain-json.ts';
import { forSide, objectOf, withoutEmptyLines } from './requests.ts';
import { type Sample, samplesOf } from './samples.ts';
import { decodeRequest, encodeRequest, withoutSecrets } from './share.ts';

/** An answer, and the request that it is to. */
export interface Outcome extends Asked {
  operation: Operation;
  request: JsonRequest;
  /** As the foundation gave it: vectors are typed arrays. */
  response: unknown;
  /** The same as JSON. */
  json: unknown;
  answerer: Answerer;
  took: number;
  tokens: number | undefined;
}

interface PlayingState {
  operation: Operation;
  request: JsonRequest;
  /** The request as JSON while it is typed. */
  json: string;
  view: 'form' | 'json';
  /** Fields that the form shows at once. They stay while it is filled in, so that nothing moves away under the hand. */
  unfolded: ReadonlySet<string>;
  /** Values of single fields that are typed as JSON and are none yet. */
  drafts: Readonly<Record<string, string>>;
  language: Language | 'request';
  code: Readonly<Record<Language, Code>> | undefined;
  outcome: Outcome | undefined;
  /** A link to this request, once it was asked for. */
  link: string | undefined;
}

/** Ids of what was made here, for requests about it. */
const IDS = ['classifier_id', 'batch_id'] as const;

/** Any call of the contract, made from a form. */
export class Playing extends PageState<PlayingState> {
  /** Requests of the operations that are not shown. */
  readonly #requests = new Map<string, JsonRequest>();
  readonly #known: Partial<Record<(typeof IDS)[number], string>> = {};
  #side: Side;
  #codes = 0;

  constructor(app: App) {
    const operation = operationOf(undefined);
    super(app, 'playground', {
      operation,
      request: {},
      json: '',
      view: 'form',
      unfolded: new Set(),
      drafts: {},
      language: 'local',
      code: undefined,
      outcome: undefined,
      link: undefined,
    });
    this.#side = app.side;
    app.watch((event) => event === 'switched' && this.#switchSide());
    this.#load(operation, this.#first(operation));
  }

  /** What is asked for, in a form that can be compared. */
  get asked(): string {
    return JSON.stringify([this.app.state.mode, this.state.operation.name, this.state.request]);
  }

  /** Shows another operation, with the request it had. */
  choose(name: string): void {
    const operation = operationOf(name);
    if (operation === this.state.operation) return;
    this.#requests.set(this.state.operation.name, this.state.request);
    this.call.cancel();
    this.app.forget(this.origin);
    this.#load(operation, this.#requests.get(operation.name) ?? this.#first(operation));
    this.update({ outcome: undefined });
  }

  /**
   * Shows what a link has.
   * @param query what follows the question mark in the address
   * @returns whether it had a request
   */
  async open(name: string, query: string): Promise<boolean> {
    this.choose(name);
    try {
      const request = await decodeRequest(query);
      if (!request) return false;
      this.#load(this.state.operation, request);
      return true;
    } catch {
      this.app.announce(words().playground.brokenLink);
      return true;
    }
  }

  useSample(sample: Sample): void {
    this.#load(this.state.operation, this.#filled(sample.request(this.app.side)));
    this.update({ outcome: undefined });
  }

  /** @param value undefined takes the field out of the request */
  setField(name: string, value: unknown): void {
    const { [name]: _, ...others } = this.state.request;
    const request = value === undefined ? others : { ...this.state.request, [name]: value };
    const { [name]: __, ...drafts } = this.state.drafts;
    this.gaps.clear(name);
    this.gaps.clear(WHOLE);
    this.update({ drafts });
    this.#change(request);
  }

  /** Takes JSON that is typed for one field. */
  setFieldJson(name: string, text: string): void {
    if (text.trim() === '') {
      this.setField(name, undefined);
      return;
    }
    try {
      this.setField(name, JSON.parse(text));
    } catch {
      this.update({ drafts: { ...this.state.drafts, [name]: text } });
    }
  }

  /** Takes JSON that is typed for the whole request. */
  setJson(json: string): void {
    this.gaps.check({});
    this.update({ json });
    const request = objectOf(json);
    if (request) this.#change(request, false);
  }

  setView(view: PlayingState['view']): void {
    if (view === 'form' && !objectOf(this.state.json)) {
      this.#checkJson();
      return;
    }
    this.update({ view, unfolded: new Set(Object.keys(this.state.request)) });
  }

  setLanguage(language: PlayingState['language']): void {
    this.update({ language });
  }

  /** Whether whoever is asked lacks this call altogether. */
  get isMissing(): boolean {
    const { app, state } = this;
    const { operation } = state;
    const { capabilities, mode } = app.state;
    const has = (side: Side): boolean => capabilities[side]?.methods[operation.method] ?? true;
    if (mode === 'auto' ? !has('local') && !(app.asksServer && has('remote')) : !has(app.side)) return true;
    return operation.isOptional === true && !callableOf(app.foundation(), operation);
  }

  /** @returns false where something is missing, which is said at its field */
  async run(): Promise<boolean> {
    this.#dropEmptyLines();
    if (!this.#check()) return false;
    const { operation, request } = this.state;
    const { asked } = this;
    const done = await this.call.run(async (foundation, options) => {
      const watch = new Stopwatch();
      const response = await callOperation(foundation, operation, request, watch.around(options));
      return { response, took: watch.elapsed };
    });
    if (!done) return true;
    const { response, took } = done;
    const json = plainJson(response);
    this.#remember(json);
    this.update({
      outcome: {
        operation,
        request,
        response,
        json,
        answerer: this.app.answererOf(typeof response === 'object' && response !== null ? response : {}),
        took,
        // An endpoint that counts none says nothing.
        tokens: tokensOf(json) || undefined,
        asked,
      },
    });
    this.app.announceQuietly(words().playground.answered(operation.name));
    return true;
  }

  /** A link that opens this request. It has no key, and no secrets of other services. */
  async share(address: string): Promise<string> {
    const { operation, request } = this.state;
    const query = await encodeRequest(withoutSecrets(request, this.app.state.remote.apiKey));
    const link = `${address.split('#')[0]}#/playground/${operation.name}?${query}`;
    this.update({ link });
    return link;
  }

  /** Writes the code anew: the server that it asks was changed. */
  async renewCode(): Promise<void> {
    const { operation, request } = this.state;
    const turn = ++this.#codes;
    const code = await codeOf(operation, request, this.app.state.remote.baseUrl.replace(/\/+$/u, ''));
    if (turn === this.#codes) this.update({ code });
  }

  protected override dropResult(): void {
    this.update({ outcome: undefined });
  }

  #first(operation: Operation): JsonRequest {
    const request = samplesOf(operation.name)[0].request(this.app.side);
    const required = fieldsOf(operation.schema, {}).filter(
      ({ isRequired, kind, name }) => isRequired && kind === 'text' && !(name in request),
    );
    return this.#filled({ ...Object.fromEntries(required.map(({ name }) => [name, ''])), ...request });
  }

  /** A request with the ids of what was made last where it leaves them open. */
  #filled(request: JsonRequest): JsonRequest {
    const ids = IDS.filter((id) => request[id] === '' && this.#known[id] !== undefined);
    return { ...request, ...Object.fromEntries(ids.map((id) => [id, this.#known[id]])) };
  }

  #remember(json: unknown): void {
    for (const id of IDS) {
      const value = (json as Record<string, unknown> | null)?.[id];
      if (typeof value === 'string') this.#known[id] = value;
    }
    for (const [name, request] of this.#requests) this.#requests.set(name, this.#filled(request));
  }

  #load(operation: Operation, request: JsonRequest): void {
    this.gaps.check({});
    this.update({ operation, drafts: {}, unfolded: new Set(Object.keys(request)) });
    this.#change(request);
  }

  #change(request: JsonRequest, withText = true): void {
    this.update({
      request,
      link: undefined,
      ...(withText && { json: JSON.stringify(request, undefined, 2) }),
    });
    void this.renewCode();
  }

  /** Samples, and models that were those of a sample, become the other side's. */
  #switchSide(): void {
    const [from, to] = [this.#side, this.app.side];
    this.#side = to;
    this.update({ outcome: undefined });
    if (from !== to) {
      const { operation, request } = this.state;
      this.#load(operation, forSide(operation.name, request, from, to));
      for (const [name, kept] of this.#requests) this.#requests.set(name, forSide(name, kept, from, to));
    } else void this.renewCode();
  }

  #checkJson(): boolean {
    return this.gaps.check({ [WHOLE]: !objectOf(this.state.json) && words().playground.notJson });
  }

  #dropEmptyLines(): void {
    const { operation, request, view } = this.state;
    const dense = view === 'form' ? withoutEmptyLines(operation, request) : request;
    if (dense !== request) this.#change(dense);
  }

  /** Checks the request as whoever answers does, and says at each field what does not fit. */
  #check(): boolean {
    const { operation, request, view, drafts } = this.state;
    if (view === 'json' && !this.#checkJson()) return false;
    const unread = Object.keys(drafts).map((name) => [name, words().playground.notJsonValue] as const);
    if (unread.length > 0) return this.gaps.check(Object.fromEntries(unread));
    const said = faultsOf(operation, request, { atFields: view === 'form' });
    this.update({ unfolded: new Set([...this.state.unfolded, ...Object.keys(said)]) });
    return this.gaps.check(said);
  }
}

export const playingOf = perApp((app) => new Playing(app));
