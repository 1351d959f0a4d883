import { ask, type BadInput, INVALID, METHODS } from './shared.ts';

/** Things that are no request at all. */
const NO_REQUEST: [string, unknown][] = [
  ['undefined', undefined],
  ['null', null],
  ['a string', 'text'],
  ['a number', 7],
  ['a list', []],
  ['a list of requests', [{ model: 'all-MiniLM-L6-v2', input: 'a' }]],
  ['an empty object', {}],
  ['a function', () => ({})],
  ['a date', new Date(0)],
];

/** Every method with each of them. */
export function notRequests(): BadInput[] {
  return METHODS.flatMap((method) =>
    NO_REQUEST.map(([name, request]) => ({
      method,
      name: `a request that is ${name}`,
      outcome: INVALID,
      memory: typeof request === 'function' || request === undefined,
      call: (foundation) => ask(foundation, method, request),
    })),
  );
}
