/** Values of options as numbers, choices and pairs. What cannot be read is a {@link UsageError}. */
import { shortened } from '@nearfield/spec/implement';
import { UsageError } from './command.ts';

/** A whole number, `least` or more; undefined where the option is not given. */
export function countOf<const Value extends string | undefined>(
  name: string,
  value: Value,
  least = 1,
): Value extends string ? number : undefined | number {
  type Count = Value extends string ? number : undefined | number;
  if (value === undefined) return undefined as Count;
  if (/^\d{1,9}$/.test(value) && Number(value) >= least) return Number(value) as Count;
  throw new UsageError(`--${name} takes a whole number, ${least} or more, not '${shortened(value)}'.`);
}

/** A number of a range, both ends included; undefined where the option is not given. */
export function numberOf(
  name: string,
  value: string | undefined,
  [least, most]: readonly [number, number],
): number | undefined {
  if (value === undefined) return undefined;
  const number = value.trim() === '' ? Number.NaN : Number(value);
  if (number >= least && number <= most) return number;
  throw new UsageError(`--${name} takes a number from ${least} to ${most}, not '${shortened(value)}'.`);
}

/** One of several words; undefined where the option is not given. */
export function choiceOf<const Choice extends string>(
  name: string,
  choices: readonly Choice[],
  value: string | undefined,
): Choice | undefined {
  if (value === undefined) return undefined;
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  throw new UsageError(`--${name} takes one of ${choices.join(', ')}, not '${shortened(value)}'.`);
}

/** `NAME=VALUE` of an option that may be repeated, by name. */
export function pairsOf(name: string, values: readonly string[]): Record<string, string[]> {
  const pairs: Record<string, string[]> = Object.create(null) as Record<string, string[]>;
  for (const value of values) {
    const [, key, rest] = /^([^=]+)=(.+)$/.exec(value) ?? [];
    if (key === undefined || rest === undefined) {
      throw new UsageError(`--${name} takes NAME=VALUE, not '${shortened(value)}'.`);
    }
    pairs[key] = [...(pairs[key] ?? []), rest];
  }
  return pairs;
}
