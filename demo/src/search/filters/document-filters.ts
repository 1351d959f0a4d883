import type { DocumentFacts, DocumentKind, FilterValues } from '../passage.ts';

/** Filters that every document has, or may have. Any other name comes from the documents themselves. */
export const OWN_FILTERS = ['kind', 'language', 'subject', 'folder', 'file'] as const;
export type OwnFilter = (typeof OWN_FILTERS)[number];

/** Names that say something of the file: metadata of records under such a name would be counted as that. */
const OF_FILES: readonly string[] = ['kind', 'folder', 'file'] satisfies OwnFilter[];

/**
 * What a passage, or a picture, can be filtered by.
 * @param own values of the passage itself, which are more exact than its document's
 */
export function filtersOf(
  { name, kind, language, folder }: DocumentFacts & { readonly name: string },
  own: FilterValues = {},
): FilterValues {
  return {
    kind: [kind],
    file: [name],
    ...(language !== undefined && { language: [language] }),
    ...(folder !== undefined && { folder: [folder] }),
    ...Object.fromEntries(
      Object.entries(own).map(([filter, values]) => [
        OF_FILES.includes(filter) ? `${filter} (record)` : filter,
        values,
      ]),
    ),
  };
}

/** The kind of a document that was kept before kinds were, by its name. */
export function kindOfName(name: string): DocumentKind {
  if (/\.pdf$/iu.test(name)) return 'pdf';
  if (/\.x?html?$/iu.test(name)) return 'html';
  if (/\.(?:md|markdown)$/iu.test(name)) return 'markdown';
  return /\.(?:jsonl|ndjson)$/iu.test(name) ? 'records' : 'text';
}

/** The folder of a path such as `notes/2026/may.md`; undefined for a file by itself. */
export function folderOf(path: string): string | undefined {
  const at = path.lastIndexOf('/');
  return at > 0 ? path.slice(0, at) : undefined;
}
