import type { LiveDocument, LiveIndex, StoredDocument } from '@nearfield/search/live';
import { filtersOf, kindOfName } from './filters/document-filters.ts';
import type { DocumentFacts, FilterValues, Passage, TextDocument } from './passage.ts';

/** Kept beside a passage: its document, and its place there. */
interface Kept extends Partial<DocumentFacts> {
  readonly document: Pick<TextDocument, 'id' | 'name'>;
  readonly fingerprint: string;
  /** When the document was added, in milliseconds since 1970: documents stay in their order. */
  readonly added: number;
  readonly place: number;
  readonly source: string;
  /** Values of the passage itself. */
  readonly filters?: FilterValues;
}

/** The passages of documents as documents of a live index: each is an answer of its own. */
export const liveDocuments = (document: TextDocument): LiveDocument[] => {
  const { id, name, fingerprint, passages, added, kind, language, folder } = document;
  return passages.map(({ id: passage, title = '', source, headings, text, filters }, place) => {
    const kept: Kept = {
      document: { id, name },
      fingerprint,
      added,
      place,
      source,
      kind,
      ...(language !== undefined && { language }),
      ...(folder !== undefined && { folder }),
      ...(filters !== undefined && { filters }),
    };
    return {
      id: passage,
      title,
      sections: [{ headings, anchor: '', text }],
      filters: filtersOf(document, filters),
      metadata: { ...kept } as NonNullable<LiveDocument['metadata']>,
    };
  });
};

/** The documents whose passages a live index holds. Passages of anything else are left out. */
export async function keptDocuments(index: LiveIndex): Promise<TextDocument[]> {
  const stored = await Promise.all((await index.ids()).map((id) => index.get(id)));
  const found = new Map<string, { kept: Kept; passages: [place: number, passage: Passage][] }>();
  for (const each of stored) {
    const kept = each?.metadata as Partial<Kept> | undefined;
    if (each === undefined || kept?.document === undefined) continue;
    const group = found.get(kept.document.id) ?? { kept: kept as Kept, passages: [] };
    found.set(kept.document.id, group);
    group.passages.push([kept.place ?? 0, passageOf(each, kept as Kept)]);
  }
  return [...found.values()]
    .sort((left, right) => left.kept.added - right.kept.added)
    .map(({ kept: { document, fingerprint, added, kind, language, folder }, passages }) => ({
      ...document,
      kind: kind ?? kindOfName(document.name),
      ...(language !== undefined && { language }),
      ...(folder !== undefined && { folder }),
      fingerprint,
      added,
      passages: passages.sort(([left], [right]) => left - right).map(([, passage]) => passage),
    }));
}

const passageOf = ({ id, title, sections }: StoredDocument, { source, filters }: Kept): Passage => ({
  id,
  source,
  ...(title !== '' && { title }),
  headings: sections[0]?.headings ?? [],
  text: sections[0]?.text ?? '',
  ...(filters !== undefined && { filters }),
});
