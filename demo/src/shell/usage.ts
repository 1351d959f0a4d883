/** Counts what answers cost, in tokens. */
import type { Side } from './answerer.ts';
import { Store } from './store.ts';

/** Methods of a foundation whose answers count tokens. */
export const METERED = [
  'embeddings',
  'multiVector',
  'rerank',
  'classify',
  'train',
  'segment',
  'read',
  'search',
  'ground',
  'chat',
] as const;

export type Metered = (typeof METERED)[number];

export interface Counted {
  calls: number;
  tokens: number;
}

/** By side and method; what was not called is not there. */
export type UsageCounts = Record<Side, Partial<Record<Metered, Counted>>>;

const NOTHING: UsageCounts = { local: {}, remote: {} };

const KEY = 'nearfield-usage';

type Place = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

function browserStorage(): Place | undefined {
  try {
    return localStorage;
  } catch {
    return undefined;
  }
}

const isMetered = (name: unknown): name is Metered => METERED.some((each) => each === name);

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** Counts of a JSON text; what is none is left out. */
function countsOf(json: string): UsageCounts {
  const value = JSON.parse(json) as Partial<Record<Side, Record<string, Partial<Counted> | undefined>>>;
  const sideOf = (side: Side): UsageCounts[Side] =>
    Object.fromEntries(
      Object.entries(value[side] ?? {}).flatMap(([name, each]) =>
        isMetered(name) && isCount(each?.calls) && isCount(each.tokens)
          ? [[name, { calls: each.calls, tokens: each.tokens }]]
          : [],
      ),
    );
  return { local: sideOf('local'), remote: sideOf('remote') };
}

/** Tokens and calls of this browser's visits, by side and method, kept until they are reset. */
export class Usage extends Store<{ counts: UsageCounts }> {
  readonly #place: Place | undefined;

  /** @param place default: this browser's storage; undefined where it is blocked, which counts this visit */
  constructor(place: Place | undefined = browserStorage()) {
    super({ counts: NOTHING });
    this.#place = place;
    this.update({ counts: this.#kept() });
  }

  /** Adds one answer. Other tabs count into the same store, so that it is read anew each time. */
  add(side: Side, method: Metered, tokens: number): void {
    const counts = this.#kept();
    const { calls, tokens: before } = counts[side][method] ?? { calls: 0, tokens: 0 };
    this.put({
      ...counts,
      [side]: { ...counts[side], [method]: { calls: calls + 1, tokens: before + tokens } },
    });
  }

  /** Starts from nothing. @returns what was there, for {@link put} */
  reset(): UsageCounts {
    const before = this.#kept();
    this.put(NOTHING);
    return before;
  }

  /** Replaces all counts. */
  put(counts: UsageCounts): void {
    try {
      this.#place?.setItem(KEY, JSON.stringify(counts));
    } catch {
      // Storage is full: this visit is counted all the same.
    }
    this.update({ counts });
  }

  #kept(): UsageCounts {
    try {
      const kept = this.#place?.getItem(KEY);
      return kept == null ? (this.#place ? NOTHING : this.state.counts) : countsOf(kept);
    } catch {
      return this.state.counts;
    }
  }
}

/** Tokens that an answer counts as used, wherever its endpoint writes them. */
export function tokensOf(answer: unknown): number {
  const { usage, meta, data } = (answer ?? {}) as {
    usage?: { total_tokens?: unknown; tokens?: unknown };
    meta?: { usage?: { tokens?: unknown } };
    data?: { usage?: { tokens?: unknown } };
  };
  const found = [usage?.total_tokens, usage?.tokens, meta?.usage?.tokens, data?.usage?.tokens];
  return found.find(isCount) ?? 0;
}

/** A foundation whose answers are counted. */
export function metered<Foundation extends object>(
  foundation: Foundation,
  count: (method: Metered, tokens: number) => void,
): Foundation {
  const methods = new Map<PropertyKey, unknown>();
  return new Proxy(foundation, {
    get(target, name) {
      // With the target as receiver: a class may have private fields.
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      let method = methods.get(name);
      if (method === undefined) {
        const call = value as (...given: unknown[]) => unknown;
        method = isMetered(name)
          ? async (...given: unknown[]) => {
              const answer = await call.apply(target, given);
              count(name, tokensOf(answer));
              return answer;
            }
          : (...given: unknown[]) => call.apply(target, given);
        methods.set(name, method);
      }
      return method;
    },
  });
}
