import { FoundationError, type ReadRequest, type ReadResponse } from '@nearfield/spec';
import { type ParsedReadRequest, parse, ReadRequestSchema } from '@nearfield/spec/implement';
import type { ReaderOptions } from './options.ts';

/** Reads web pages and PDFs in this page or process. */
export class Reader {
  readonly #options: ReaderOptions;

  constructor(options: ReaderOptions) {
    this.#options = options;
  }

  /**
   * Reads a page or a PDF.
   *
   * @throws {FoundationError} INPUT_VALIDATION_FAILED for a request that names nothing to read.
   */
  async read(request: ReadRequest): Promise<ReadResponse> {
    const parsed = parse(ReadRequestSchema, request);
    if (parsed.pdf != null) {
      const { readPdf } = await import('./pdf/index.ts');
      const { title, description, markdown } = await readPdf(bytesOf(parsed.pdf));
      return answer({ title, description, url: parsed.url ?? '', content: markdown });
    }
    const { readHtml } = await import('./html/index.ts');
    const { title, markdown } = await readHtml(parsed.html ?? (await this.#fetched(parsed)));
    return answer({ title, url: parsed.url ?? '', content: markdown });
  }

  async #fetched({ url }: ParsedReadRequest): Promise<string> {
    if (url == null) {
      throw new FoundationError({
        code: 'INPUT_VALIDATION_FAILED',
        message: 'Provide one of url, html, pdf and file.',
        param: 'url',
      });
    }
    const response = await (this.#options.fetch ?? fetch)(url);
    return response.text();
  }
}

/**
 * A reader of web pages and PDFs that works in this page or process.
 *
 * @example
 * const { data } = await createReader().read({ html: '<h1>Bread</h1><p>Keep it dry.</p>' });
 */
export function createReader(options: ReaderOptions = {}): Reader {
  return new Reader(options);
}

const bytesOf = (base64: string): Uint8Array => Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));

const answer = (data: ReadResponse['data']): ReadResponse => ({ code: 200, status: 20_000, data });
