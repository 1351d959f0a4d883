import type { LiveDocument, LiveIndex, StoredDocument } from '@nearfield/search/live';
import type { Passage, TextDocument } from './passage.ts';

/** Kept beside a passage: its document, and its place there. */
interface Kept {
  readonly document: Pick<TextDocument, 'id' | 'name'>;
  readonly fingerprint: string;
  /** When the document was added, in milliseconds since 1970: documents stay in their order. */
  readonly added: number;
  readonly place: number;
  readonly source: string;
}

/** The passages of documents as documents of a live index: each is an answer of its own. */
export const liveDocuments = ({ id, name, fingerprint, passages, added }: TextDocument): LiveDocument[] =>
  passages.map(({ id: passage, title = '', source, headings, text }, place) => {
    const kept: Kept = { document: { id, name }, fingerprint, added, place, source };
    return {
      id: passage,
      title,
      sections: [{ headings, anchor: '', text }],
      metadata: { ...kept },
    };
  });

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
    .map(({ kept: { document, fingerprint, added }, passages }) => ({
      ...document,
      fingerprint,
      added,
      passages: passages.sort(([left], [right]) => left - right).map(([, passage]) => passage),
    }));
}

const passageOf = ({ id, title, sections }: StoredDocument, { source }: Kept): Passage => ({
  id,
  source,
  ...(title !== '' && { title }),
  headings: sections[0]?.headings ?? [],
  text: sections[0]?.text ?? '',
});
