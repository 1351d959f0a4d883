import type { SearchFoundation } from '@nearfield/spec';
import type { FoundationMethod } from '@nearfield/spec/implement';
import type { Conditions } from './conditions.ts';

/**
 * Where a call can be answered: by the engine in this page or process, by transformers.js beside it, by the browser's own
 * embedder, by a server.
 */
export type Place = 'local' | 'transformers' | 'builtIn' | 'remote';

/** A foundation, or a function that makes it when the first call goes there. */
export type Backend = SearchFoundation | (() => SearchFoundation | Promise<SearchFoundation>);

/** A call before it is answered, for a policy of your own. */
export interface RoutedCall {
  method: FoundationMethod;
  /** As the request names it. */
  model?: string | undefined;
  /** Inputs or documents. */
  inputs: number;
  /** Characters of their texts. */
  characters: number;
  /** Places that the router has. */
  places: readonly Place[];
  /** Whether this place has answered this model before: it is loaded there, and costs no download. */
  isReady: (place: Place) => boolean;
  conditions: Conditions;
}

/** Chooses places, best first. Places that it leaves out are not asked. */
export type PolicyFunction = (
  call: RoutedCall,
) => Place | readonly Place[] | Promise<Place | readonly Place[]>;

/**
 * - `local-only`: nothing leaves the device.
 * - `local-first`: on the device if it can, otherwise at the server.
 * - `remote-first`: at the server, on the device if that fails or the page is offline.
 * - `fastest`: where calls of this kind took the least time so far; every place is tried twice first.
 */
export type Policy = 'local-only' | 'local-first' | 'remote-first' | 'fastest';

/** Options of `createRouter()`: the places, and which of them answers. */
export interface RouterOptions {
  local?: Backend | undefined;
  /**
   * Answers on the device for models that the engine has no recipe for: `createTransformers` of
   * `@nearfield/transformers`. Policies ask it after the engine; one of your own says when.
   */
  transformers?: Backend | undefined;
  remote?: Backend | undefined;
  /** See `createBuiltIn` of `@nearfield/router/built-in`. */
  builtIn?: Backend | undefined;
  /** @default 'local-first' */
  policy?: Policy | PolicyFunction | undefined;
  /**
   * Models of each place by a name of your own: requests that name it are sent to each place with that place's model.
   *
   * @example
   * models: { passages: { local: 'all-MiniLM-L6-v2', remote: 'jina-embeddings-v5-text-small' } }
   */
  models?: Readonly<Record<string, Partial<Record<Place, string>>>> | undefined;
  /**
   * Vectors that calls may get for one model name.
   * - `first`: those of the space that answered first, so that all vectors of the router's life can be compared.
   * - `any`: of any space; each answer says which.
   * @default 'first'
   */
  spaces?: 'first' | 'any' | undefined;
  /** State of the device. @default read from `navigator`: online, data saving, battery */
  conditions?: (() => Conditions | Promise<Conditions>) | undefined;
}

/** A place that did not answer, and why. */
export interface PassedOver {
  place: Place;
  code: string;
  message: string;
}

/** Who answered a call. */
export interface Route {
  place: Place;
  /** One sentence: why this place. */
  reason: string;
  /** Places that were asked before. */
  passedOver: PassedOver[];
}
