import { toWire } from '@nearfield/spec/implement';
import { Ajv, type ValidateFunction } from 'ajv';
import { expect } from 'vitest';
import document from './fixtures/openapi.json' with { type: 'json' };

/** A body's schema by its name in the OpenAPI document. */
export type SchemaName = keyof typeof document.components.schemas;

/** A request schema of the OpenAPI document: the models it is for, and the limits of its fields. */
export interface RequestFacts {
  readonly models: readonly string[];
  readonly fields: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly required: readonly string[];
}

export const OPENAPI_VERSION = document.version;
export const OPENAPI_REQUESTS = document.requests as Readonly<Record<string, RequestFacts>>;

const ajv = new Ajv({ strict: false, allErrors: true });
ajv.addFormat('uuid', /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i);
ajv.addFormat('date-time', {
  validate: (text: string) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(text) && !Number.isNaN(Date.parse(text)),
});
ajv.addSchema({ $id: 'openapi', components: document.components });

const validators = new Map<string, ValidateFunction>();

/** What of a body is not as the OpenAPI document promises; empty if everything is. */
export function shapeErrors(name: SchemaName, body: unknown): string[] {
  let validate = validators.get(name);
  if (!validate) {
    validate = ajv.compile({ $ref: `openapi#/components/schemas/${name}` });
    validators.set(name, validate);
  }
  if (validate(body)) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

/** Fails unless an answer, as JSON carries it, has the OpenAPI document's shape. */
export function expectShape(name: SchemaName, answer: unknown): void {
  const body: unknown = JSON.parse(JSON.stringify(toWire(answer)));
  expect(shapeErrors(name, body), `the shape of ${name}`).toEqual([]);
}
