/** A live index as one file. */

import { FoundationError } from '@nearfield/spec';
import type { Fingerprint } from '../meaning/embedder.ts';
import { documentKey, vectorsKey } from './documents.ts';
import { readFrames, writeFrame } from './frames.ts';
import type { KeptState } from './kept-state.ts';
import type { Change } from './store.ts';
import { decodeFingerprint, encodeFingerprint, MODEL_KEY } from './stored-vectors.ts';

/** First bytes of the file, with its version. */
const HEAD = 'nearfield-live-index 1\n';
/** Key of the last change: its value counts the documents, so that a file that ends early is noticed. */
const END_KEY = 'end';
const SALT = 0;
/** Bytes of a frame, about. */
const FRAME = 4 * 1024 * 1024;

export async function exportIndex({ state, store }: KeptState): Promise<Blob> {
  const parts: Uint8Array<ArrayBuffer>[] = [new TextEncoder().encode(HEAD)];
  let changes: Change[] = [];
  let size = 0;
  const flush = (): void => {
    parts.push(writeFrame({ sequence: parts.length, changes }, SALT));
    [changes, size] = [[], 0];
  };
  const add = (key: string, value: Uint8Array<ArrayBuffer> | undefined): void => {
    if (value === undefined) return;
    changes.push({ key, value });
    size += value.length;
    if (size >= FRAME) flush();
  };
  add(MODEL_KEY, state.fingerprint && encodeFingerprint(state.fingerprint));
  let documents = 0;
  for (const { id, isEmbedded } of state.documents.entries()) {
    const document = await store.get(documentKey(id));
    if (document === undefined) continue;
    documents++;
    add(documentKey(id), document);
    if (isEmbedded) add(vectorsKey(id), await store.get(vectorsKey(id)));
  }
  add(END_KEY, new TextEncoder().encode(String(documents)));
  flush();
  return new Blob(parts, { type: 'application/octet-stream' });
}

/** Content of an exported file. */
export interface Imported {
  readonly fingerprint: Fingerprint | undefined;
  /** Documents and vectors. */
  readonly changes: readonly Change[];
  readonly documents: number;
}

/** @throws FoundationError INTEGRITY_MISMATCH for a file that is none, was changed or ends early. */
export async function readExported(file: Blob): Promise<Imported> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const head = new TextDecoder().decode(bytes.subarray(0, HEAD.length));
  if (head !== HEAD) throw damaged('it is no exported index, or of a newer version');
  const { frames, end, damaged: broken } = readFrames(bytes.subarray(HEAD.length), SALT);
  if (broken.length > 0 || end !== bytes.length - HEAD.length) {
    throw damaged('parts of it are damaged, or it ends early');
  }
  let fingerprint: Fingerprint | undefined;
  let count: number | undefined;
  const changes: Change[] = [];
  for (const change of frames.flatMap((frame) => frame.changes)) {
    if (change.key === MODEL_KEY) fingerprint = decodeFingerprint(change.value!);
    else if (change.key === END_KEY) count = Number(new TextDecoder().decode(change.value!));
    else changes.push(change);
  }
  const documents = changes.filter(({ key }) => key.startsWith(documentKey(''))).length;
  if (count !== documents) throw damaged('it ends early');
  return { fingerprint, changes, documents };
}

const damaged = (what: string): FoundationError =>
  new FoundationError({
    code: 'INTEGRITY_MISMATCH',
    message: `The file cannot be imported: ${what}. Nothing was changed. Export the index again.`,
    param: 'file',
  });
