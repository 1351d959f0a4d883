import { sizeOf } from './size.ts';

/** Positions of the inputs of one request. */
export type Group = readonly number[];

/** Limits of one request of a call that has several. */
export interface SplitOptions {
  inputs: number;
  /** Bytes of the inputs, see `sizeOf`. */
  bytes: number;
  /** Requests that are prepared at a time. */
  atOnce: number;
  now: () => number;
  /** Whether a call may have more inputs than one request of the API. */
  isOn: boolean;
}

export const asList = (input: unknown): readonly unknown[] => (Array.isArray(input) ? input : [input]);

/** Whether the inputs of a request belong together: the chunks of one text are no inputs that could be sent alone. */
export const isWhole = (request: object): boolean =>
  (request as { late_chunking?: unknown } | undefined)?.late_chunking === true;

/** Positions of inputs in groups that keep to the limits. An input that is too large for any has its own. */
export function groupsOf(inputs: readonly unknown[], { inputs: most, bytes }: SplitOptions): Group[] {
  const groups: number[][] = [];
  let size = 0;
  for (const [at, input] of inputs.entries()) {
    const own = sizeOf(input);
    const last = groups.at(-1);
    if (last && last.length < most && size + own <= bytes) {
      last.push(at);
      size += own;
    } else {
      groups.push([at]);
      size = own;
    }
  }
  return groups;
}
