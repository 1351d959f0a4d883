/** The parts of tokenizer.json that are used. Their content is checked at its use. */
export interface ComponentFile {
  readonly type?: unknown;
  readonly [field: string]: unknown;
}

export interface AddedTokenFile {
  readonly id: number;
  readonly content: string;
  readonly special: boolean;
  readonly single_word: boolean;
  readonly lstrip: boolean;
  readonly rstrip: boolean;
  readonly normalized: boolean;
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A short form of any value for a message. */
export function shown(value: unknown): string {
  const text = typeof value === 'string' ? `'${value}'` : (JSON.stringify(value) ?? String(value));
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

/** A part of tokenizer.json, or null if it is missing. @throws Error if it is something else. */
export function componentOf(value: unknown, name: string): ComponentFile | null {
  if (value === null || value === undefined) return null;
  if (!isRecord(value)) throw new Error(`its ${name} is ${shown(value)}, no object`);
  return value;
}

/** The parts of a sequence. @throws Error if they are not a list. */
export function componentsOf(value: unknown, name: string): ComponentFile[] {
  if (!Array.isArray(value)) throw new Error(`its sequence of ${name} is ${shown(value)}, no list`);
  return value.map((each) => {
    const component = componentOf(each, name);
    if (!component) throw new Error(`its sequence of ${name} has a null`);
    return component;
  });
}

/** @throws Error naming a value that is not a string. */
export function textOf(value: unknown, name: string): string {
  if (typeof value !== 'string') throw new Error(`its ${name} is ${shown(value)}, no text`);
  return value;
}
