import type { Route } from '@nearfield/router';

/** Where an answer can come from. */
export type Side = 'local' | 'remote';

/** Who gave an answer. */
export interface Answerer {
  side: Side;
  /** For the end of a sentence: `in this browser`, `at api.jina.ai`. */
  place: string;
  /** Why somebody else was asked than the one whose turn it was; undefined where nobody was passed over. */
  failover: string | undefined;
}

/**
 * Who gave an answer: as the router says in the answer, otherwise the side that was asked.
 * @param host of the server
 */
export function answererOf(answer: object, asked: Side, host: string): Answerer {
  const { route } = (answer as { nearfield?: { route?: Route } }).nearfield ?? {};
  const side = route ? (route.place === 'remote' ? 'remote' : 'local') : asked;
  const place = side === 'local' ? 'in this browser' : `at ${host}`;
  const failover =
    route && route.passedOver.length > 0
      ? [route.reason, ...route.passedOver.map(({ message }) => message)].join(' ')
      : undefined;
  return { side, place, failover };
}
