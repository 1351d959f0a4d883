import * as v from 'valibot';

// Bodies of answers as the OpenAPI document promises them. Fields it lists as having a default may be absent;
// fields it does not list are kept.

/** Checked in one pass: a schema a number would take longer than the request. */
export const isNumbers = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'number');

export const UsageSchema = v.looseObject({ total_tokens: v.number() });
export const optionalString = v.nullish(v.string());
export const constant = <const Value extends string>(value: Value) => v.optional(v.literal(value), value);
