import * as v from 'valibot';
import { type FieldIssue, FoundationError } from './errors.ts';
import { rejectUnknownFields } from './schema.ts';

/** The first issue's path as `input.3.text`; `body` for the request itself. */
function fieldOf(issue: v.BaseIssue<unknown>): string {
  return v.getDotPath(issue) ?? 'body';
}

/** Union issues hide the useful one: take the branch that got furthest. */
function deepest(issue: v.BaseIssue<unknown>): v.BaseIssue<unknown> {
  const depth = (candidate: v.BaseIssue<unknown>): number => candidate.path?.length ?? 0;
  let best = issue;
  for (const inner of issue.issues ?? []) {
    const candidate = deepest(inner);
    if (depth(candidate) > depth(best)) best = candidate;
  }
  return best;
}

/**
 * Checks a value against a schema and returns its parsed form (defaults and aliases applied).
 * @throws FoundationError INPUT_VALIDATION_FAILED with every issue, status 422 as the API answers.
 */
export function parse<Schema extends v.GenericSchema>(schema: Schema, value: unknown): v.InferOutput<Schema> {
  const result = v.safeParse(schema, value, { abortPipeEarly: true });
  if (result.success) return result.output;
  const issues: FieldIssue[] = result.issues.map((issue) => {
    const inner = deepest(issue);
    return { field: fieldOf(inner), message: inner.message, type: inner.type };
  });
  const first = issues[0]!;
  const count =
    issues.length === 1 ? 'Validation error' : `Validation errors in ${issues.length} fields, first`;
  throw new FoundationError({
    code: 'INPUT_VALIDATION_FAILED',
    message: `${count}: '${first.field}': ${first.message}`,
    param: first.field,
    issues,
  });
}

/**
 * As {@link parse}, and refuses fields that the schema does not know. For implementations that compute the
 * answer themselves: what they do not look at must not pass in silence.
 * @throws FoundationError INPUT_VALIDATION_FAILED
 */
export function parseStrictly<Schema extends v.GenericSchema>(
  schema: Schema,
  value: unknown,
): v.InferOutput<Schema> {
  const parsed = parse(schema, value);
  if (typeof parsed === 'object' && parsed !== null) rejectUnknownFields(schema, parsed);
  return parsed;
}
