/** Requests as they are typed, and as they become those of another side. */
import type { Side } from '../shell/app.ts';
import { fieldsOf } from './fields.ts';
import type { JsonRequest, Operation } from './operations.ts';
import { samplesOf } from './samples.ts';

/** An object that JSON stands for; undefined for anything else. */
export function objectOf(json: string): JsonRequest | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as JsonRequest)
      : undefined;
  } catch {
    return undefined;
  }
}

/** A sample becomes that of the other side; so does the model of a sample in a request of the visitor's own. */
export function forSide(operation: string, request: JsonRequest, from: Side, to: Side): JsonRequest {
  const samples = samplesOf(operation);
  const json = JSON.stringify(request);
  const same = samples.find((sample) => JSON.stringify(sample.request(from)) === json);
  if (same) return same.request(to);
  const models = samples.map((sample) => [sample.request(from).model, sample.request(to).model]);
  const model = models.find(([old]) => old !== undefined && old === request.model);
  return model ? { ...request, model: model[1] } : request;
}

/** A request without the empty lines at the ends of lists, which nobody means. */
export function withoutEmptyLines({ schema }: Operation, request: JsonRequest): JsonRequest {
  const lists = fieldsOf(schema, request).flatMap(({ name, kind }) => {
    const value = request[name];
    if (kind !== 'lines' || !Array.isArray(value)) return [];
    const last = value.findLastIndex((each) => each !== '');
    return last < value.length - 1 ? [[name, value.slice(0, last + 1)] as const] : [];
  });
  return lists.length > 0 ? { ...request, ...Object.fromEntries(lists) } : request;
}
