import { FoundationError } from '@nearfield/spec';
import { invalid } from '@nearfield/spec/implement';
import type * as Pdfjs from 'pdfjs-dist';
import type { PdfOptions } from './document.ts';

export type PdfLibrary = typeof Pdfjs;

/** A PDF that was opened, and how to let go of it. */
export interface OpenPdf {
  library: PdfLibrary;
  document: Pdfjs.PDFDocumentProxy;
  close(): Promise<void>;
}

const inNode = (): boolean => typeof process === 'object' && process.versions?.node !== undefined;

/** @throws FoundationError RUNTIME_NOT_AVAILABLE if pdfjs-dist is not installed, or was not given in a page */
async function loadLibrary({ library }: PdfOptions): Promise<PdfLibrary> {
  if (library) return (await library()) as PdfLibrary;
  if (!inNode()) {
    throw unavailable(
      'Give the page createReader({ pdf: { library: () => import("pdfjs-dist"), workerUrl } }): PDFs are read by pdfjs-dist.',
    );
  }
  try {
    return await quietly(() => import(/* @vite-ignore */ /* webpackIgnore: true */ NODE_BUILD));
  } catch (cause) {
    throw unavailable('PDFs are read by pdfjs-dist: npm install pdfjs-dist@5', cause);
  }
}

/** The build for runtimes without the newest language features. A name, so that bundlers leave it to Node. */
const NODE_BUILD: string = 'pdfjs-dist/legacy/build/pdf.mjs';

/**
 * Loads pdfjs without a canvas: it looks for one as it loads, makes a matrix of the page's own, and warns. Reading text
 * draws nothing.
 */
async function quietly(load: () => Promise<PdfLibrary>): Promise<PdfLibrary> {
  const scope = globalThis as { DOMMatrix?: unknown };
  const had = 'DOMMatrix' in scope;
  const { warn } = console;
  if (!had) scope.DOMMatrix = class {};
  console.warn = (...parts: unknown[]) => {
    if (!/^Warning: Cannot (load|polyfill|access)/.test(String(parts[0]))) warn.apply(console, parts);
  };
  try {
    return await load();
  } finally {
    console.warn = warn;
    if (!had) delete scope.DOMMatrix;
  }
}

/**
 * Opens a PDF.
 *
 * @throws FoundationError INPUT_VALIDATION_FAILED for a file that is broken, or needs a password
 */
export async function openPdf(
  bytes: Uint8Array,
  options: PdfOptions,
  images: boolean = false,
): Promise<OpenPdf> {
  const library = await loadLibrary(options);
  options.signal?.throwIfAborted();
  const script =
    options.workerUrl === undefined ? undefined : new Worker(options.workerUrl, { type: 'module' });
  const worker = script && new library.PDFWorker({ port: script as never, verbosity: 0 });
  const task = library.getDocument({
    // The library keeps what it is given.
    data: bytes.slice(),
    verbosity: 0,
    disableFontFace: true,
    useSystemFonts: false,
    useWorkerFetch: false,
    isOffscreenCanvasSupported: false,
    // Pictures are not decoded: whether a page has some is asked of pages without text alone.
    ...(!images && { maxImageSize: 1 }),
    ...(options.cMapUrl !== undefined && { cMapUrl: options.cMapUrl, cMapPacked: true }),
    ...(options.cMapUrl === undefined && inNode() && (await mapsOfNode())),
    ...(options.password !== undefined && { password: options.password }),
    ...(worker && { worker }),
  });
  const close = async (): Promise<void> => {
    await task.destroy();
    worker?.destroy();
    script?.terminate();
  };
  const failing = new Promise<never>((_, reject) => {
    script?.addEventListener('error', () =>
      reject(unavailable(`The worker ${options.workerUrl} could not be started.`)),
    );
  });
  const aborted = whenAborted(options.signal);
  try {
    const document = await Promise.race([task.promise, failing, aborted.promise]);
    return { library, document, close };
  } catch (error) {
    await close();
    options.signal?.throwIfAborted();
    throw FoundationError.isInstance(error) ? error : openingFailed(error);
  } finally {
    aborted.stop();
  }
}

/** Rejects once a signal is aborted. */
function whenAborted(signal: AbortSignal | undefined): { promise: Promise<never>; stop(): void } {
  let stop = (): void => {};
  const promise = new Promise<never>((_, reject) => {
    const onAbort = (): void => reject(signal?.reason);
    signal?.addEventListener('abort', onAbort);
    stop = () => signal?.removeEventListener('abort', onAbort);
  });
  return { promise, stop };
}

/** Tables of the character codes of East Asian fonts that are not embedded: files of the installed library. */
async function mapsOfNode(): Promise<{ cMapUrl?: string; cMapPacked?: boolean }> {
  try {
    const { createRequire } = process.getBuiltinModule('node:module');
    const manifest = createRequire(import.meta.url).resolve('pdfjs-dist/package.json');
    return { cMapUrl: manifest.replace(/package\.json$/, 'cmaps/'), cMapPacked: true };
  } catch {
    return {};
  }
}

function openingFailed(error: unknown): FoundationError {
  const name = error instanceof Error ? error.name : '';
  if (name === 'PasswordException') {
    const wrong = (error as { code?: number }).code === 2;
    return invalid(
      'pdf',
      wrong
        ? 'The password does not open the PDF.'
        : 'The PDF is encrypted. Give createReader({ pdf: { password } }), or a copy without one.',
      { cause: error },
    );
  }
  const reason = error instanceof Error ? error.message : String(error);
  return invalid('pdf', `The PDF is damaged or incomplete: ${reason.replace(/\.$/, '')}.`, { cause: error });
}

const unavailable = (message: string, cause?: unknown): FoundationError =>
  new FoundationError({ code: 'RUNTIME_NOT_AVAILABLE', message, cause });
