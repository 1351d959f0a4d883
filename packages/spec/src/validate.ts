import * as v from 'valibot';
import { type FieldIssue, FoundationError } from './errors.ts';
import { requireShallow } from './nesting.ts';
import { LISTED_ISSUES, rejectUnknownFields } from './schema.ts';
import { shortened } from './shortened.ts';

/** Characters of a key, of a path and of a message: all three may quote the request. */
const KEY = 80;
const PATH = 200;
const MESSAGE = 200;

/** An issue's path as `input.3.text`; `body` for the request itself. */
function fieldOf({ path }: v.BaseIssue<unknown>): string {
  return path ? shortened(path.map(({ key }) => shortened(String(key), KEY)).join('.'), PATH) : 'body';
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

function heading(count: number): string {
  if (count === 1) return 'Validation error';
  // A list is not read on once it has more than that: how many there are in all is not known.
  return count > LISTED_ISSUES
    ? `Validation errors in ${LISTED_ISSUES} fields and more, first`
    : `Validation errors in ${count} fields, first`;
}

/**
 * Checks a value against a schema and returns its parsed form (defaults and aliases applied).
 * @throws FoundationError INPUT_VALIDATION_FAILED with every issue up to `LISTED_ISSUES`, status 422 as the API
 * answers; also for data that is nested too deep.
 */
export function parse<Schema extends v.GenericSchema>(schema: Schema, value: unknown): v.InferOutput<Schema> {
  const result = v.safeParse(schema, value, { abortPipeEarly: true });
  if (result.success) {
    requireShallow(result.output);
    return result.output;
  }
  const issues: FieldIssue[] = result.issues.slice(0, LISTED_ISSUES).map((issue) => {
    const inner = deepest(issue);
    return { field: fieldOf(inner), message: shortened(inner.message, MESSAGE), type: inner.type };
  });
  const first = issues[0]!;
  throw new FoundationError({
    code: 'INPUT_VALIDATION_FAILED',
    message: `${heading(result.issues.length)}: '${first.field}': ${first.message}`,
    param: first.field,
    issues,
  });
}

/**
 * As {@link parse}, and refuses fields that the schema does not know. For implementations that compute the
 * answer themselves: fields that they do not read must not pass in silence.
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
