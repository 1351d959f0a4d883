import { FoundationError } from '@nearfield/spec';

/** Source of an index's files. */
export interface Loader {
  /** The bytes of a file. Rejects where it cannot be had. */
  load(name: string, options: { signal?: AbortSignal | undefined }): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * Parts of a file, `[start, end)` each, in their order. Rejects with NOT_SUPPORTED where the host does not serve
   * parts; whole files are loaded from then on. Leave it out if that is known.
   */
  ranges?(
    name: string,
    ranges: readonly (readonly [start: number, end: number])[],
    options: { signal?: AbortSignal | undefined },
  ): Promise<Uint8Array[]>;
  /**
   * The first `length` bytes of a file, or all if it has fewer, for hosts that serve no parts. Leave it out to load
   * whole files instead.
   */
  beginning?(
    name: string,
    length: number,
    options: { signal?: AbortSignal | undefined },
  ): Promise<Uint8Array>;
}

/** A loader of files in memory, such as those that `buildIndex()` gives. */
export function memoryLoader(files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>): Required<Loader> {
  const get = (name: string): Uint8Array<ArrayBuffer> => {
    const bytes = files.get(name);
    if (bytes !== undefined) return bytes;
    throw new FoundationError({ code: 'RESOURCE_NOT_FOUND', message: `There is no file ${name}.` });
  };
  return {
    load: async (name) => get(name),
    ranges: async (name, ranges) => ranges.map(([start, end]) => get(name).slice(start, end)),
    beginning: async (name, length) => get(name).slice(0, length),
  };
}

/**
 * A loader of files under an address, by `fetch`. Parts are requested together, in one request; a host that sends one
 * part a request is asked for each, and one that sends whole files only is not asked again.
 * @param base address of the index's folder.
 */
export function fetchLoader(base: string | URL, fetcher: typeof fetch = fetch): Required<Loader> {
  const root = new URL(base, globalThis.location?.href);
  if (!root.pathname.endsWith('/')) root.pathname += '/';
  const request = async (name: string, init: RequestInit): Promise<Response> => {
    let response: Response;
    try {
      response = await fetcher(new URL(name, root), init);
    } catch (cause) {
      if (init.signal?.aborted) throw init.signal.reason;
      throw new FoundationError({
        code: 'CONNECTION_FAILED',
        message: `${name} cannot be loaded. Is the network there, and the index under ${root.href}?`,
        cause,
      });
    }
    if (response.ok) return response;
    throw new FoundationError({
      code: response.status === 404 ? 'RESOURCE_NOT_FOUND' : 'CONNECTION_FAILED',
      message: `${name} cannot be loaded: the host answered with status ${response.status}.`,
    });
  };
  const withSignal = (signal: AbortSignal | undefined): RequestInit =>
    signal === undefined ? {} : { signal };
  const parts = async (
    name: string,
    ranges: readonly (readonly [number, number])[],
    signal: AbortSignal | undefined,
  ): Promise<Uint8Array[]> => {
    const Range = `bytes=${ranges.map(([start, end]) => `${start}-${end - 1}`).join(',')}`;
    const response = await request(name, { ...withSignal(signal), headers: { Range } });
    if (response.status !== 206) {
      await response.body?.cancel();
      throw new FoundationError({ code: 'NOT_SUPPORTED', message: `The host serves no parts of ${name}.` });
    }
    const body = new Uint8Array(await response.arrayBuffer());
    const type = response.headers.get('content-type') ?? '';
    const found = type.startsWith('multipart/byteranges')
      ? multipart(body, /boundary="?([^";]+)"?/.exec(type)?.[1] ?? '')
      : [{ start: startOf(response.headers.get('content-range') ?? ''), bytes: body }];
    const missing = ranges.filter(([start, end]) => partOf(found, start, end) === undefined);
    if (missing.length === ranges.length) {
      throw new FoundationError({
        code: 'NOT_SUPPORTED',
        message: `The host serves other parts of ${name}.`,
      });
    }
    const more = await Promise.all(missing.map((range) => parts(name, [range], signal)));
    return ranges.map(([start, end]) => {
      const bytes = partOf(found, start, end);
      return bytes ?? more[missing.findIndex((range) => range[0] === start && range[1] === end)]![0]!;
    });
  };
  return {
    async load(name, { signal }) {
      // The manifest alone keeps its name: what the cache has of it may be another index.
      const cache = name.endsWith('.json') ? ({ cache: 'no-cache' } as const) : {};
      const response = await request(name, { ...withSignal(signal), ...cache });
      return new Uint8Array(await response.arrayBuffer());
    },
    ranges: (name, ranges, { signal }) => parts(name, ranges, signal),
    async beginning(name, length, { signal }) {
      const { body } = await request(name, withSignal(signal));
      return body === null ? new Uint8Array() : firstBytes(body, length);
    },
  };
}

/** Reads a stream until there are enough bytes, and ends it: the host need not send the rest. */
async function firstBytes(stream: ReadableStream<Uint8Array>, length: number): Promise<Uint8Array> {
  const reader = stream.getReader();
  const bytes = new Uint8Array(length);
  let at = 0;
  while (at < length) {
    const { done, value } = await reader.read();
    if (done) return bytes.subarray(0, at);
    bytes.set(value.subarray(0, length - at), at);
    at = Math.min(length, at + value.length);
  }
  reader.cancel().catch(() => {});
  return bytes;
}

interface Part {
  readonly start: number;
  readonly bytes: Uint8Array;
}

const startOf = (contentRange: string): number =>
  Number(/bytes (\d+)-/.exec(contentRange)?.[1] ?? Number.NaN);

function partOf(parts: readonly Part[], start: number, end: number): Uint8Array | undefined {
  const part = parts.find((each) => each.start <= start && each.start + each.bytes.length >= end);
  return part?.bytes.subarray(start - part.start, end - part.start);
}

function multipart(body: Uint8Array, boundary: string): Part[] {
  // Latin-1 has a character for each byte: offsets in the text are offsets in the bytes.
  const text = new TextDecoder('latin1').decode(body);
  const parts: Part[] = [];
  for (let at = text.indexOf(`--${boundary}`); at >= 0; ) {
    const from = text.indexOf('\r\n\r\n', at);
    const head = text.slice(at, from);
    const [, start, end] = /content-range: *bytes (\d+)-(\d+)/i.exec(head) ?? [];
    if (from < 0 || start === undefined || end === undefined) break;
    const length = Number(end) - Number(start) + 1;
    parts.push({ start: Number(start), bytes: body.subarray(from + 4, from + 4 + length) });
    at = text.indexOf(`--${boundary}`, from + 4 + length);
  }
  return parts;
}
