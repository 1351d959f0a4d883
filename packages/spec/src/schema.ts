import * as v from 'valibot';
import { FoundationError } from './errors.ts';
import { shortened } from './shortened.ts';

/** Renames aliases; a field under its own name wins over its alias. */
function renameAliases(value: unknown, aliases: Record<string, string>): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const renamed: [string, unknown][] = [];
  for (const [key, entry] of Object.entries(value)) {
    const name = Object.hasOwn(aliases, key) ? aliases[key]! : key;
    if (name === key || !Object.hasOwn(value, name)) renamed.push([name, entry]);
  }
  // Not by assignment: a key `__proto__` would become the prototype.
  return Object.fromEntries(renamed);
}

/** Keys that valibot leaves out of every object, so that they pollute nothing. */
const UNSAFE_KEYS = ['__proto__', 'constructor', 'prototype'];

/** Refuses {@link UNSAFE_KEYS} by name: fields left out in silence would be ignored. */
export const safeKeys = v.rawCheck<unknown>(({ dataset, addIssue }) => {
  const input = dataset.value;
  if (typeof input !== 'object' || input === null) return;
  const key = UNSAFE_KEYS.find((name) => Object.hasOwn(input, name));
  if (key === undefined) return;
  const value = Object.getOwnPropertyDescriptor(input, key)?.value as unknown;
  addIssue({
    message: `No field can have the name ${key}.`,
    path: [{ type: 'object', origin: 'key', input: input as Record<string, unknown>, key, value }],
  });
});

/** valibot reports a missing key with the object's own message; say which key it is instead. */
function objectMessage(issue: v.BaseIssue<unknown>): string {
  const missing = issue.input === undefined ? issue.path?.at(-1)?.key : undefined;
  return typeof missing === 'string' ? `${missing} is required.` : 'The request must be an object.';
}

/**
 * Schema of a request body. Fields it does not name are kept: a server may know more of them than we do,
 * and {@link rejectUnknownFields} lets an engine refuse them by name.
 */
export const requestObject = <const Entries extends v.ObjectEntries>(entries: Entries) =>
  v.pipe(
    v.custom<unknown>((value) => !Array.isArray(value), 'The request must be an object.'),
    safeKeys,
    v.looseObject(entries, objectMessage),
  );

/** As {@link requestObject}, with older clients' names for the fields. */
export const aliasedObject = <const Entries extends v.ObjectEntries>(
  entries: Entries,
  aliases: Record<string, string>,
) =>
  v.pipe(
    v.unknown(),
    v.transform((value) => renameAliases(value, aliases)),
    requestObject(entries),
  );

/** A boolean with a default; `null` means the default, as in the API. */
export const flag = (name: string, fallback: boolean) =>
  v.optional(v.nullable(v.boolean(`${name} must be true or false.`), fallback), fallback);

/** An optional whole number in a range. */
export const wholeNumber = (name: string, minimum: number, maximum = Number.MAX_SAFE_INTEGER) =>
  v.pipe(
    v.number(`${name} must be a number.`),
    v.integer(`${name} must be a whole number.`),
    v.minValue(minimum, `Input should be greater than or equal to ${minimum}`),
    v.maxValue(maximum, `Input should be less than or equal to ${maximum}`),
  );

export const text = (name: string) => v.string(`${name} must be a string.`);

export const nonEmptyText = (name: string) => v.pipe(text(name), v.nonEmpty(`${name} cannot be empty.`));

export const optionalText = (name: string) => v.nullish(text(name));

/** A single item or a list. The value decides, so that a message names the item at fault. */
export const oneOrMany = <Item extends v.GenericSchema, Many extends v.GenericSchema>(
  item: Item,
  many: Many,
) => v.lazy((value): Item | Many => (Array.isArray(value) ? many : item));

/** Issues that an error lists; the answer to a large body stays small. */
export const LISTED_ISSUES = 20;

/** Requirements of a list besides its items. Checked before them. */
export interface ListRules {
  /** Message for a value that is not a list. */
  message?: string | undefined;
  /** Minimum number of items, and the message for fewer. */
  least?: readonly [count: number, message: string] | undefined;
  /** Maximum number of items, and the message for more. */
  most?: readonly [count: number, message: string] | undefined;
}

/**
 * A list. Its length is checked before its items, and of these no more are looked at once `LISTED_ISSUES` and one more
 * were found at fault: however long a bad list is, neither time nor memory nor the error grow with it.
 */
export function listOf<const Item extends v.GenericSchema>(
  item: Item,
  { message, least, most }: ListRules = {},
) {
  const array = v.array(item, message);
  const refuseOther = array['~run'].bind(array);
  const lengths = [
    ...(least ? [v.minLength<unknown[], number, string>(...least)] : []),
    ...(most ? [v.maxLength<unknown[], number, string>(...most)] : []),
  ];
  const run: typeof refuseOther = (dataset, config) => {
    const input = dataset.value;
    if (!Array.isArray(input)) return refuseOther(dataset, config);
    for (const length of lengths) {
      const checked = length['~run']({ typed: true, value: input }, config);
      if (checked.issues) return { typed: false, value: input, issues: [checked.issues[0]] };
    }
    const value: v.InferOutput<Item>[] = [];
    const issues: v.BaseIssue<unknown>[] = [];
    let typed = true;
    let bad = 0;
    for (const [key, each] of input.entries()) {
      const result = item['~run']({ value: each }, config);
      if (!result.typed) typed = false;
      value.push(result.value as v.InferOutput<Item>);
      if (!result.issues) continue;
      for (const issue of result.issues) {
        issues.push({
          ...issue,
          path: [{ type: 'array', origin: 'value', input, key, value: each }, ...(issue.path ?? [])],
        });
      }
      bad++;
      if (config.abortEarly || bad > LISTED_ISSUES) {
        typed = false;
        break;
      }
    }
    return (issues.length === 0 ? { typed, value } : { typed, value, issues }) as ReturnType<
      typeof refuseOther
    >;
  };
  return Object.assign(array, { '~run': run });
}

type DocumentSchemas = Record<string, v.GenericSchema>;

/**
 * A string, or an object that is known by the one key it has: `{ text }`, `{ image }`, …
 * @param variants schema by key
 * @param message for anything else
 * @param ambiguous whether an object may have several of the keys; the first in `variants` then counts
 */
export function stringOrDocument<const Variants extends DocumentSchemas>(
  variants: Variants,
  message: string,
  ambiguous = false,
) {
  type Choice = Variants[keyof Variants] | v.StringSchema<undefined> | v.NeverSchema<string>;
  const keys = Object.keys(variants);
  const string = v.string();
  return v.lazy((value): Choice => {
    if (typeof value === 'string') return string;
    const present = typeof value === 'object' && value !== null ? keys.filter((key) => key in value) : [];
    const key = present[0];
    if (key === undefined) return v.never(message);
    if (present.length > 1 && !ambiguous) {
      return v.never(`An input is one thing; this one has ${present.join(' and ')}.`);
    }
    return variants[key as keyof Variants];
  });
}

interface Described {
  readonly entries?: v.ObjectEntries;
  readonly pipe?: readonly unknown[];
  readonly getter?: (request: unknown) => unknown;
}

/** Names of the fields that a request schema knows; for a schema that depends on the request, of its choice. */
function fieldsOf(schema: v.GenericSchema, request?: unknown): ReadonlySet<string> {
  const fields = new Set<string>();
  const visit = (candidate: unknown): void => {
    if (typeof candidate !== 'object' || candidate === null) return;
    const { entries, pipe, getter } = candidate as Described;
    for (const name of Object.keys(entries ?? {})) fields.add(name);
    // A pipe's first item is the bare schema; its own copy in the spread carries the same pipe.
    for (const item of pipe ?? []) if (item !== candidate) visit(item);
    if (typeof getter === 'function') visit(getter(request));
  };
  visit(schema);
  return fields;
}

/** Fields of a request that its schema does not know and that say something (not null). */
export function unknownFields(schema: v.GenericSchema, request: object): string[] {
  const known = fieldsOf(schema, request);
  return Object.entries(request)
    .filter(([name, value]) => !known.has(name) && value !== undefined && value !== null)
    .map(([name]) => name);
}

/** Unknown fields that an error lists; the answer to a large body stays small. */
const LISTED_FIELDS = 20;

/**
 * Refuses a request with unknown fields. The hosted API ignores them; an engine that did the same would
 * answer another request than the one it was sent.
 * @throws FoundationError INPUT_VALIDATION_FAILED naming the unknown fields.
 */
export function rejectUnknownFields(schema: v.GenericSchema, request: object): void {
  const all = unknownFields(schema, request);
  if (all.length === 0) return;
  const unknown = all.slice(0, LISTED_FIELDS).map((name) => shortened(name));
  const more = all.length > unknown.length ? ` and ${all.length - unknown.length} more` : '';
  const known = [...fieldsOf(schema, request)].join(', ');
  throw new FoundationError({
    code: 'INPUT_VALIDATION_FAILED',
    message: `Unknown field${unknown.length > 1 ? 's' : ''} ${unknown.map((name) => `'${name}'`).join(', ')}${more}. This request has: ${known}.`,
    param: unknown[0],
    issues: unknown.map((field) => ({ field, message: 'Unknown field.', type: 'extra_forbidden' })),
  });
}

/** A schema step that throws its own FoundationError, for checks whose code is not INPUT_VALIDATION_FAILED. */
export const assertThat = <Input>(assert: (input: Input) => void) =>
  v.check<Input, string>((input) => {
    assert(input);
    return true;
  }, '');
