import { type SplitPassage, splitPassages } from '../text/passages.ts';
import type { FilterValues } from './passage.ts';

/** A passage of a record: what the record says of itself comes with it. */
export interface RecordPassage extends SplitPassage {
  title?: string;
  filters?: FilterValues;
}

/** Fields that hold a record's text and title, the usual names first. */
const TEXT_FIELDS = ['text', 'content', 'body', 'description'];
const TITLE_FIELDS = ['title', 'name'];
/** Fields that say nothing to filter by. */
const OTHER_FIELDS = new Set(['id', 'url', 'filters', 'breadcrumbs', ...TEXT_FIELDS, ...TITLE_FIELDS]);
/** Longest value to filter by, in characters: more is a text. */
const LONGEST_VALUE = 60;

/**
 * Reads JSON lines: of each the text, cut into passages, and its other fields as values to filter by.
 * @returns undefined where no line is an object with a text
 */
export function readRecords(lines: string): RecordPassage[] | undefined {
  const records = lines
    .replace(/^\uFEFF/u, '')
    .split(/\r?\n/u)
    .flatMap(recordOf);
  return records.length === 0 ? undefined : records.flatMap(passagesOf);
}

type Fields = Readonly<Record<string, unknown>>;

function recordOf(line: string): { text: string; fields: Fields }[] {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return [];
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  const fields = value as Fields;
  const text = firstText(fields, TEXT_FIELDS);
  return text === undefined ? [] : [{ text, fields }];
}

const firstText = (fields: Fields, names: readonly string[]): string | undefined =>
  names
    .map((name) => fields[name])
    .find((value): value is string => typeof value === 'string' && value.trim() !== '');

function passagesOf({ text, fields }: { text: string; fields: Fields }): RecordPassage[] {
  const title = firstText(fields, TITLE_FIELDS);
  const { filters: given } = fields;
  const named = typeof given === 'object' && given !== null && !Array.isArray(given) ? (given as Fields) : {};
  const plain = Object.entries(fields).filter(([name]) => !OTHER_FIELDS.has(name));
  const values = [...plain, ...Object.entries(named)].flatMap(([name, value]) => {
    const list = [value].flat().flatMap(filterValue);
    return list.length === 0 ? [] : [[name, list] as const];
  });
  return splitPassages(text).map((passage) => ({
    ...passage,
    ...(title !== undefined && { title }),
    ...(values.length > 0 && { filters: Object.fromEntries(values) }),
  }));
}

function filterValue(value: unknown): string[] {
  if (typeof value === 'number' || typeof value === 'boolean') return [String(value)];
  if (typeof value !== 'string') return [];
  const text = value.trim();
  return text === '' || text.length > LONGEST_VALUE ? [] : [text];
}
