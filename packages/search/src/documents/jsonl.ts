import { invalid } from '../errors.ts';
import type { SourceDocument } from './types.ts';

/**
 * Documents of JSON lines: `{"id", "title", "text", "url"}`, of which `id` and `text` are needed; `filters`, `breadcrumbs` and
 * `language` may be there. Empty lines are skipped.
 *
 * @throws FoundationError INPUT_VALIDATION_FAILED with the line's number.
 */
export function documentsOfJsonl(lines: string): SourceDocument[] {
  const documents: SourceDocument[] = [];
  for (const [index, line] of lines
    .replace(/^\ufeff/, '')
    .split('\n')
    .entries()) {
    if (line.trim() === '') continue;
    documents.push(documentOf(line, index + 1));
  }
  return documents;
}

/** Numbers and booleans of filters as texts, which is how values are kept. */
const plain = (list: unknown): unknown =>
  [list]
    .flat()
    .map((value) => (typeof value === 'number' || typeof value === 'boolean' ? String(value) : value));

function documentOf(line: string, number: number): SourceDocument {
  const wrong = (what: string): Error =>
    invalid(`line ${number}`, `Line ${number} ${what}. A line is {"id", "title", "text", "url"}.`);
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw wrong('is not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong('is not an object');
  const fields = value as Record<string, unknown>;
  const text = (name: string, otherwise?: string): string => {
    const found = fields[name] ?? otherwise;
    if (typeof found === 'number' && name === 'id') return String(found);
    if (typeof found !== 'string') throw wrong(`has no text "${name}"`);
    return found;
  };
  const texts = (list: unknown, name: string): string[] => {
    const all = typeof list === 'string' ? [list] : list;
    if (!Array.isArray(all) || !all.every((each): each is string => typeof each === 'string')) {
      throw wrong(`has "${name}" that are not texts`);
    }
    return all;
  };
  const { filters = {}, breadcrumbs = [] } = fields;
  if (typeof filters !== 'object' || filters === null || Array.isArray(filters)) {
    throw wrong('has "filters" that are not an object');
  }
  return {
    ...(fields.language === undefined ? {} : { language: text('language') }),
    id: text('id'),
    title: text('title', ''),
    url: text('url', ''),
    breadcrumbs: texts(breadcrumbs, 'breadcrumbs'),
    filters: Object.fromEntries(
      Object.entries(filters).map(([name, list]) => [name, texts(plain(list), name)]),
    ),
    sections: [{ headings: [], anchor: '', text: text('text') }],
  };
}
