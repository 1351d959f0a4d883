import { type Capabilities, FoundationError, type SearchFoundation } from '@nearfield/spec';
import type { FoundationMethod } from '@nearfield/spec/implement';
import { expect, it, type TestContext, TestRunner } from 'vitest';

import type { ContractModels } from './models.ts';

/** A group of the suite's cases. */
export type ContractGroup =
  | 'capabilities'
  | 'embeddings'
  | 'multiVector'
  | 'rerank'
  | 'classify'
  | 'train'
  | 'segment'
  | 'read'
  | 'models'
  | 'batches'
  | 'itemErrors'
  | 'fields'
  | 'calls'
  | 'badInput'
  | 'closing';

export interface ContractOptions {
  /** What is tried, such as `core in Node`. */
  name: string;
  /** Makes the implementation, with all of `models` at hand. Called once; the suite closes it. */
  create: () => SearchFoundation | Promise<SearchFoundation>;
  models: ContractModels;
  /**
   * Whose capabilities say which methods are there. Default: the foundation's own. A client cannot know what a server
   * of any kind does, so there it is what the server's own foundation says.
   */
  capabilities?: (() => Promise<Capabilities>) | undefined;
  /**
   * A server's JSON without a client: what JSON cannot hold (NaN, Blobs, cycles) cannot be asked, and what is the
   * client's alone (progress, time limits, closing, services elsewhere) is not asked. Default false.
   */
  jsonOnly?: boolean | undefined;
  /** A call of more inputs than one request of the API holds is answered, in several requests. Default: it is refused. */
  splits?: boolean | undefined;
  /** Groups of cases that are tried. Default: all. */
  groups?: readonly ContractGroup[] | undefined;
  /** Of each part of the suite the first case, and each `of`th from `at` on: where the rest is tried elsewhere. Default: all. */
  share?: { of: number; at: number } | undefined;
  /** Names of cases about what one place alone holds, such as its limits: not tried where several answer. */
  except?: readonly string[] | undefined;
  /** Ends what `create` started beside the foundation. */
  dispose?: (() => Promise<void>) | undefined;
}

/** The implementation under test, made before the tests run. */
export class Subject {
  readonly models: ContractModels;
  readonly jsonOnly: boolean;
  readonly splits: boolean;
  readonly #options: ContractOptions;
  #foundation: SearchFoundation | undefined;
  #capabilities: Capabilities | undefined;
  /** Cases so far, by the part of the suite that they are in. */
  readonly #cases = new Map<object, number>();

  constructor(options: ContractOptions) {
    this.#options = options;
    this.models = options.models;
    this.jsonOnly = options.jsonOnly ?? false;
    this.splits = options.splits ?? false;
  }

  async start(): Promise<void> {
    this.#foundation = await this.#options.create();
    this.#capabilities = await (this.#options.capabilities?.() ?? this.#foundation.capabilities());
  }

  async end(): Promise<void> {
    await this.#foundation?.close();
    await this.#options.dispose?.();
  }

  get foundation(): SearchFoundation {
    if (!this.#foundation) throw new Error('The foundation was not made.');
    return this.#foundation;
  }

  has(method: FoundationMethod): boolean {
    return this.#capabilities?.methods[method] !== false;
  }

  /**
   * A test of a method. It is skipped only while the implementation says that it does not have the method; that it then
   * refuses it by name is a test of its own (`capabilityCases`).
   */
  case(method: FoundationMethod, name: string, run: (foundation: SearchFoundation) => Promise<void>): void {
    const { share: { of, at } = { of: 1, at: 0 }, except = [] } = this.#options;
    const suite = TestRunner.getCurrentSuite();
    const count = this.#cases.get(suite) ?? 0;
    this.#cases.set(suite, count + 1);
    if ((count > 0 && count % of !== at) || except.includes(name)) return;
    it(name, async (context: TestContext) => {
      if (!this.has(method)) context.skip(`${method} is not supported`);
      await run(this.foundation);
    });
  }
}

/** The typed error that a call fails with. Anything else fails the test, with what happened instead. */
export async function refusal(call: Promise<unknown>): Promise<FoundationError> {
  const error = await call.then(
    (answer) => new Error(`The call was answered: ${JSON.stringify(answer)?.slice(0, 300)}`),
    (reason: unknown) => reason,
  );
  if (FoundationError.isInstance(error)) return error;
  throw error;
}

/** A call that does not fit its schema or its model: 422 with every field at fault listed. */
export async function expectInvalid(call: Promise<unknown>, param: string | RegExp): Promise<void> {
  const error = await refusal(call);
  expect(error).toMatchObject({ code: 'INPUT_VALIDATION_FAILED', status: 422, retryable: false });
  expect(error.param).toMatch(typeof param === 'string' ? new RegExp(`^${escaped(param)}(\\.|$)`) : param);
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/** Reads an async iterable to its end. */
export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** Calls with requests that types would not let through. */
export const unchecked = <Request>(request: object): Request => request as Request;
