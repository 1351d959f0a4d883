/** Changes that can be taken back and made again. */

/** Steps that are kept. Values share what they have in common, so that many cost little. */
const MOST_STEPS = 200;

export interface History<Value> {
  past: readonly Value[];
  present: Value;
  future: readonly Value[];
}

export const historyOf = <Value>(present: Value): History<Value> => ({ past: [], present, future: [] });

/** A change: what was taken back before cannot be made again. The same value is no change. */
export function changed<Value>(history: History<Value>, present: Value): History<Value> {
  if (present === history.present) return history;
  return { past: [...history.past, history.present].slice(-MOST_STEPS), present, future: [] };
}

export function undone<Value>({ past, present, future }: History<Value>): History<Value> {
  const before = past.at(-1);
  if (before === undefined) return { past, present, future };
  return { past: past.slice(0, -1), present: before, future: [present, ...future] };
}

export function redone<Value>({ past, present, future }: History<Value>): History<Value> {
  const [next, ...later] = future;
  if (next === undefined) return { past, present, future };
  return { past: [...past, present], present: next, future: later };
}
