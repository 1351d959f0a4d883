/** Documents of a live index: as callers give them, and as they are kept. */

import { textToEmbed } from '../documents/fields.ts';
import { passagesOf } from '../documents/passages.ts';
import type { Filters, Section, SourceDocument } from '../documents/types.ts';
import { invalid as invalidInput } from '../errors.ts';
import { ByteReader, ByteWriter } from '../format/bytes.ts';
import { checksum } from '../format/sha256.ts';
import type { Input } from '../meaning/embedder.ts';

/** A value that JSON can carry. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** A document to be found. It needs a text, sections, a title or a picture. */
export interface LiveDocument {
  /** Unique in the index. */
  readonly id: string;
  /** Default: none. */
  readonly title?: string;
  /** Address that a result links to. Default: none. */
  readonly url?: string;
  readonly breadcrumbs?: readonly string[];
  /** Values that results can be filtered by. */
  readonly filters?: Readonly<Record<string, string | readonly string[]>>;
  /** Plain text, paragraphs separated by an empty line. */
  readonly text?: string;
  /** Instead of a text: its parts by headings, as `documentOfMarkdown()` or `documentOfHtml()` make them. */
  readonly sections?: readonly Section[];
  /** A picture, for models that embed pictures: its bytes, or a URL, data URI or base64. */
  readonly image?: Blob | string;
  /** Anything that is to come back with `get()`. It is not searched. */
  readonly metadata?: Json;
}

/** A document as it is kept. */
export interface StoredDocument extends SourceDocument {
  readonly image?: Blob | string;
  readonly metadata?: Json;
}

export interface LivePassage extends Section {
  readonly input: Input;
}

export const documentKey = (id: string): string => `document/${id}`;
export const vectorsKey = (id: string): string => `vectors/${id}`;

/**
 * A document with its defaults.
 * @param before the stored one, whose fields stay where the new one has none
 * @throws FoundationError INPUT_VALIDATION_FAILED
 */
export function completed(document: LiveDocument, before?: StoredDocument): StoredDocument {
  const { id } = document;
  if (typeof id !== 'string' || id === '') throw wrong('id', 'a document has no id: give it a text', id);
  const { title, url, breadcrumbs, text, sections, image, metadata } = { ...before, ...document };
  for (const [field, value] of Object.entries({ title, url, text })) {
    if (value !== undefined && typeof value !== 'string') throw wrong(field, 'it is not a text', id);
  }
  if (text !== undefined && document.sections !== undefined) {
    throw wrong('sections', 'it has a text and sections: give it one of them', id);
  }
  if (image !== undefined && typeof image !== 'string' && !(image instanceof Blob)) {
    throw wrong('image', 'the picture is no Blob, URL, data URI or base64', id);
  }
  if (!isJson(metadata)) throw wrong('metadata', 'JSON cannot carry it', id);
  const complete: StoredDocument = {
    id,
    title: title ?? '',
    url: url ?? '',
    breadcrumbs: breadcrumbs ?? [],
    filters: filtersOf(document.filters ?? before?.filters ?? {}, id),
    sections: text === undefined ? (sections ?? []) : [{ headings: [], anchor: '', text }],
    ...(image === undefined ? {} : { image }),
    ...(metadata === undefined ? {} : { metadata }),
  };
  if (complete.title === '' && image === undefined && complete.sections.length === 0) {
    throw wrong('text', 'it has nothing to be found by: give it a text, sections, a title or a picture', id);
  }
  return complete;
}

function filtersOf(filters: NonNullable<LiveDocument['filters']>, id: string): Filters {
  return Object.fromEntries(
    Object.entries(filters).map(([name, values]) => {
      const list = typeof values === 'string' ? [values] : values;
      if (!Array.isArray(list) || !list.every((value) => typeof value === 'string')) {
        throw wrong(`filters.${name}`, 'its values are not texts', id);
      }
      return [name, list];
    }),
  );
}

function isJson(value: unknown): boolean {
  if (value === undefined) return true;
  try {
    return JSON.stringify(value) !== undefined;
  } catch {
    return false;
  }
}

const wrong = (param: string, what: string, id: unknown): Error =>
  invalidInput(param, `Document "${String(id)}": ${what}.`);

/** The passages of a document; a picture is one of its own. */
export function livePassages(document: StoredDocument, mostLetters: number | undefined): LivePassage[] {
  const passages = passagesOf([document], mostLetters).map(
    ({ headings, anchor, text }): LivePassage => ({
      headings,
      anchor,
      text,
      input: textToEmbed(document, { headings, anchor, text }),
    }),
  );
  if (document.image === undefined) return passages;
  const picture: LivePassage = { headings: [], anchor: '', text: '', input: { image: document.image } };
  // A picture with nothing but a title is found by that title without a passage for it.
  return document.sections.length === 0 ? [picture] : [...passages, picture];
}

/** Tells inputs apart: vectors belong to a document as long as this is the same. */
export async function inputsSum(passages: readonly LivePassage[]): Promise<string> {
  const encoder = new TextEncoder();
  let left = passages.length;
  let right = ~passages.length;
  for (const { input } of passages) {
    const bytes =
      typeof input === 'string'
        ? encoder.encode(input)
        : typeof input.image === 'string'
          ? encoder.encode(`image ${input.image}`)
          : new Uint8Array(await input.image.arrayBuffer());
    left = checksum(bytes, left);
    right = checksum(bytes, right);
  }
  return `${left.toString(16)}${right.toString(16)}`;
}

export async function encodeDocument(document: StoredDocument): Promise<Uint8Array<ArrayBuffer>> {
  const { image, ...rest } = document;
  const writer = new ByteWriter();
  const isBlob = image instanceof Blob;
  writer.text(JSON.stringify({ ...rest, ...(isBlob ? { imageType: image.type } : { image }) }));
  if (isBlob) writer.bytes(new Uint8Array(await image.arrayBuffer()));
  return writer.finish();
}

export function decodeDocument(bytes: Uint8Array<ArrayBuffer>): StoredDocument {
  const reader = new ByteReader(bytes, 'a document');
  const { imageType, ...rest } = JSON.parse(reader.text()) as StoredDocument & { imageType?: string };
  if (imageType === undefined) return rest;
  return { ...rest, image: new Blob([reader.rest().slice()], { type: imageType }) };
}
