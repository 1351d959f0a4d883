/** Indexes by where they are: in a folder, in an engine, or at a server. */
import { readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { type HttpIndex, openHttpIndex, openIndex, type SearchIndex } from '@nearfield/search';
import { type EngineIndex, isEngineAddress, openAt } from '@nearfield/search/engines';
import type { LiveIndex } from '@nearfield/search/live';
import { openLiveIndex } from '@nearfield/search/live/node';
import { folderLoader } from '@nearfield/search/node';
import { FoundationError } from '@nearfield/spec';
import { pairsOf } from '../arguments.ts';
import { UsageError } from '../command.ts';

export type PlacedIndex = SearchIndex | LiveIndex | EngineIndex | HttpIndex;

const AT_SERVER = /^https?:\/\/.+\/v1\/indexes\/[^/?#]+\/?$/;

/** Forms of a place, for help texts. */
export const PLACES =
  'a folder of nearfield index or of a live\nindex, postgres://…, http://… (Elasticsearch, Qdrant)';

/** Whether a place is an index at a server, which searches with the server's models. */
export const isAtServer = (place: string): boolean => AT_SERVER.test(place);

/**
 * Opens an index. Models are given with each search.
 * @param apiKey of a server that has the index
 * @throws FoundationError RESOURCE_NOT_FOUND where there is none; what opening it throws
 */
export async function openPlace(place: string, apiKey?: string): Promise<PlacedIndex> {
  if (isAtServer(place)) return openHttpIndex(place, { apiKey });
  if (isEngineAddress(place)) return openAt(place);
  const folder = resolve(place);
  if (!isLive(folder)) return openIndex(folderLoader(folder));
  return openLiveIndex({ name: decodeURIComponent(basename(folder)), directory: dirname(folder) });
}

/**
 * Makes sure that a folder has an index. Engines and servers may be away now and there later.
 * @throws FoundationError RESOURCE_NOT_FOUND
 */
export function requireIndex(place: string): void {
  if (!isEngineAddress(place)) isLive(resolve(place));
}

/** Whether the index of a folder is a live one. @throws FoundationError RESOURCE_NOT_FOUND */
function isLive(folder: string): boolean {
  let text: string;
  try {
    text = readFileSync(join(folder, 'manifest.json'), 'utf8');
  } catch (cause) {
    throw new FoundationError({
      code: 'RESOURCE_NOT_FOUND',
      message: `${folder} has no index. Make one with nearfield index SOURCE --out ${folder}.`,
      cause,
    });
  }
  return /^\s*\{\s*"format"\s*:\s*"nearfield-live"/.test(text);
}

/** An index that is opened when it is first needed, and again after it was replaced or could not be opened. */
export class KeptIndex {
  readonly #open: () => Promise<PlacedIndex>;
  #opening: Promise<PlacedIndex> | undefined;

  constructor(place: string) {
    this.#open = () => openPlace(place);
  }

  /** The index as it is now. */
  async get(): Promise<PlacedIndex> {
    const opened = this.#opening;
    const before = await opened?.catch(() => undefined);
    if (before !== undefined && !('isOutdated' in before && (await before.isOutdated()))) return before;
    // Of several calls one opens it.
    if (this.#opening === opened) {
      this.#opening = this.#open();
      this.#opening.catch(() => undefined);
      if (before) void close(before);
    }
    return this.#opening!;
  }

  async close(): Promise<void> {
    const opened = await this.#opening?.catch(() => undefined);
    if (opened) await close(opened);
  }
}

export const close = async (index: PlacedIndex): Promise<void> => {
  if ('close' in index) await index.close();
};

/**
 * Indexes of a command line, by name: a place alone has the name of its folder, or `?name=` of its address.
 * @throws UsageError for two indexes of one name
 */
export function placesOf(places: readonly string[], named: readonly string[]): ReadonlyMap<string, string> {
  const pairs = [
    ...places.map((place) => [nameOf(place), place] as const),
    ...Object.entries(pairsOf('index', named)).flatMap(([name, several]) =>
      several.map((place) => [name, place] as const),
    ),
  ];
  const all = new Map(pairs);
  if (all.size === pairs.length) return all;
  throw new UsageError('Two indexes have one name: give each its own with --index NAME=PLACE.');
}

/** Whether `--index` names its index: `NAME=PLACE`, not an address with an equals sign in it. */
export const isNamed = (text: string): boolean => /^[\w.-]+=/.test(text);

function nameOf(place: string): string {
  if (!isEngineAddress(place)) return basename(resolve(place));
  const { pathname, searchParams } = new URL(place);
  return isAtServer(place) ? basename(pathname) : (searchParams.get('name') ?? 'site');
}
