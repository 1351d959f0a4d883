import type { Route } from '@nearfield/router';
import { words } from '../words/language.ts';

/** Where an answer can come from. */
export type Side = 'local' | 'remote';

/** Who is asked: one side, or in Auto whichever can answer. */
export type Mode = Side | 'auto';

/** Whom Auto asks first. */
export type Preference = 'local-first' | 'fastest';

/** Who gave an answer. */
export interface Answerer {
  side: Side;
  /** Of the server, wherever the answer came from. */
  host: string;
  /** {@link placeOf} when the answer came. A line that stays in sight uses {@link placeOf}, which follows the language. */
  place: string;
  /** Why somebody else was asked than the one whose turn it was; undefined where nobody was passed over. */
  failover: string | undefined;
}

/** Where somebody computes, for the end of a sentence: `in this browser`, `at api.jina.ai`. */
export const placeOf = ({ side, host }: Pick<Answerer, 'side' | 'host'>): string =>
  side === 'local' ? words().elements.here : words().elements.atHost(host);

/**
 * Who gave an answer: as the router says in the answer, otherwise the side that was asked.
 * @param host of the server
 */
export function answererOf(answer: object, asked: Side, host: string): Answerer {
  const { route } = (answer as { nearfield?: { route?: Route } }).nearfield ?? {};
  const side = route ? (route.place === 'remote' ? 'remote' : 'local') : asked;
  const failover =
    route && route.passedOver.length > 0
      ? [route.reason, ...route.passedOver.map(({ message }) => message)].join(' ')
      : undefined;
  return { side, host, place: placeOf({ side, host }), failover };
}
