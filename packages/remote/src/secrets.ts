import { FoundationError } from '@nearfield/spec';
import { deserializeError, serializeError } from '@nearfield/spec/implement';

/** Names of headers whose values are nobody's business. */
const SECRET_NAME = /auth|cookie|key|secret|token/i;
/** Shorter values are words that occur anywhere. */
const SHORTEST = 8;

/** The key of a request and other secrets of its headers. Nothing that comes out of a request may quote them. */
export class Secrets {
  readonly #values: string[];

  constructor(headers: Readonly<Record<string, string>> = {}, key?: string) {
    const named = Object.entries(headers).filter(([name]) => SECRET_NAME.test(name));
    // `Bearer jina_…` is quoted without its first word, too.
    const values = named
      .flatMap(([, value]) => [value, ...value.split(/\s+/)])
      .filter((v) => v.length >= SHORTEST);
    this.#values = key ? [key, ...values] : values;
  }

  /** A text, or a typed error with its causes, in which secrets are replaced. Anything else is returned as it is. */
  outOf<Value>(value: Value): Value {
    if (typeof value === 'string') {
      return this.#values.reduce<string>(
        (text, secret) => text.replaceAll(secret, '[API key]'),
        value,
      ) as Value;
    }
    if (!FoundationError.isInstance(value)) return value;
    const whole = JSON.stringify(serializeError(value));
    const clean = this.#values.reduce(
      (text, secret) => text.replaceAll(JSON.stringify(secret).slice(1, -1), '[API key]'),
      whole,
    );
    return clean === whole ? value : (deserializeError(JSON.parse(clean)) as Value);
  }
}
