import { FoundationError } from '@nearfield/spec';
import { parse } from '@nearfield/spec/implement';
import { fieldsOf } from './fields.ts';
import type { JsonRequest, Operation } from './operations.ts';

/** The place of what is wrong with a request as a whole, and with its JSON. */
export const WHOLE = 'request';

/**
 * What does not fit of a request, as whoever answers would say, by field; {@link WHOLE} for what is at no field.
 * @param atFields whether fields are shown
 */
export function faultsOf(
  { schema }: Operation,
  request: JsonRequest,
  { atFields }: { atFields: boolean },
): Record<string, string> {
  try {
    parse(schema, request);
    return {};
  } catch (error) {
    if (!FoundationError.isInstance(error)) throw error;
    const issues = error.issues ?? [{ field: error.param ?? 'body', message: error.message }];
    const shown = new Set(fieldsOf(schema, request).map(({ name }) => name));
    const said: Record<string, string> = {};
    for (const { field, message } of issues) {
      const [first = ''] = field.split('.');
      const at = atFields && shown.has(first) ? first : WHOLE;
      said[at] ??= field === first || field === 'body' ? message : `${field}: ${message}`;
    }
    return said;
  }
}
