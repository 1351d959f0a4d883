import type { Route } from '@nearfield/router';
import { libraryWords, words } from '../words/language.ts';
import { titleOf } from './problems.ts';

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

/** Whose turn it was, and what came of asking each. */
function passedOverText({ reason, passedOver }: Route, host: string): string {
  // The router goes on with codes, which are said in words here.
  const [rule = reason] = reason.split(/ \w+ did not answer: /u);
  const failures = passedOver.map(({ place, code }) => {
    const isServer = place === 'remote';
    const title = titleOf(code, isServer ? { where: 'server', host } : { where: 'here' });
    return words().elements.didNotAnswer(isServer ? host : words().elements.thisBrowser, title);
  });
  return [libraryWords(rule) ?? rule, ...failures].join(' ');
}

/**
 * Who gave an answer: as the router says in the answer, otherwise the side that was asked.
 * @param host of the server
 */
export function answererOf(answer: object, asked: Side, host: string): Answerer {
  const { route } = (answer as { nearfield?: { route?: Route } }).nearfield ?? {};
  const side = route ? (route.place === 'remote' ? 'remote' : 'local') : asked;
  const failover = route && route.passedOver.length > 0 ? passedOverText(route, host) : undefined;
  return { side, host, place: placeOf({ side, host }), failover };
}
