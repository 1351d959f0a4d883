/** The parts of an index in an engine other than its passages: read once when it is opened. */
import { base64ToBytes, bytesToBase64 } from '@nearfield/spec/implement';
import { damaged } from '../errors.ts';
import { FIELDS } from '../keywords/postings.ts';
import type { Fingerprint } from '../meaning/embedder.ts';

/** Characters of a part at most: engines have limits for a field. */
const MOST = 500_000;
const VERSION = 1;

export interface Head {
  readonly version: number;
  readonly language: string;
  readonly documents: number;
  readonly passages: number;
  /** Mean number of words of title, headings and text. */
  readonly means: readonly number[];
  readonly facets: readonly (readonly [pair: string, documents: number])[];
  readonly fingerprint?: Fingerprint;
}

export interface Parts {
  readonly head: Head;
  /** Every folded word, sorted. */
  readonly words: readonly string[];
  /** Passages that have each term. */
  readonly frequencies: ReadonlyMap<string, number>;
  /** Vectors of some passages, which tell how similar any two are. */
  readonly sample: readonly Float32Array[];
}

export function writeParts({ head, words, frequencies, sample }: Parts): Map<string, string> {
  const parts = new Map([['head', JSON.stringify(head)]]);
  const put = (name: string, lines: readonly string[]): void => {
    let size = 0;
    let chunk: string[] = [];
    let number = 0;
    const flush = (): void => {
      parts.set(`${name}-${String(number++).padStart(4, '0')}`, chunk.join('\n'));
      [chunk, size] = [[], 0];
    };
    for (const line of lines) {
      chunk.push(line);
      size += line.length + 1;
      if (size > MOST) flush();
    }
    if (chunk.length > 0) flush();
  };
  put('words', words);
  put(
    'terms',
    [...frequencies].map(([term, count]) => `${term}\t${count}`),
  );
  put(
    'sample',
    sample.map((vector) => bytesToBase64(new Uint8Array(Float32Array.from(vector).buffer))),
  );
  return parts;
}

/** @throws FoundationError INTEGRITY_MISMATCH for parts that are not what was written. */
export function readParts(parts: ReadonlyMap<string, string>, place: string): Parts {
  const lines = (name: string): string[] =>
    [...parts.keys()]
      .filter((key) => key.startsWith(`${name}-`))
      .sort()
      .flatMap((key) => parts.get(key)!.split('\n'));
  let head: Head;
  try {
    head = JSON.parse(parts.get('head') ?? '') as Head;
  } catch (cause) {
    throw damaged(place, 'it has no head', cause);
  }
  if (head.version !== VERSION || head.means.length !== FIELDS.length) {
    throw damaged(place, 'it was written by another version');
  }
  const frequencies = lines('terms').map((line): [string, number] => {
    const [term = '', count] = line.split('\t');
    return [term, Number(count)];
  });
  return {
    head,
    words: lines('words'),
    frequencies: new Map(frequencies),
    sample: lines('sample').map((line) => new Float32Array(base64ToBytes(line).slice().buffer)),
  };
}

export const HEAD_VERSION = VERSION;
