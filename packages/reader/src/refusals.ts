import type { FoundationError } from '@nearfield/spec';
import { notSupported, type ParsedReadRequest } from '@nearfield/spec/implement';

/** Options that need a browser of the reader's own, or a model that writes, by what is missing. */
const REFUSED: readonly [why: string, names: readonly (keyof ParsedReadRequest)[]][] = [
  [
    'pages are read as they are sent: no script runs in them.',
    ['injectPageScript', 'injectFrameScript', 'waitForSelector', 'respondTiming'],
  ],
  ['no page is drawn.', ['viewport', 'removeOverlay']],
  ['what a page embeds is not loaded.', ['withIframe', 'withShadowDom']],
  ['no model describes pictures.', ['withGeneratedAlt']],
  ['no model writes the content.', ['instruction', 'jsonSchema']],
  ['addresses are loaded directly.', ['proxy', 'proxyUrl', 'setCookie', 'robotsTxt']],
];

const FORMATS: readonly string[] = ['content', 'markdown', 'text', 'html'];
const ENGINES: readonly string[] = ['auto', 'curl', 'direct'];

/** Options that say nothing of a PDF. */
const NOT_OF_PDF: typeof REFUSED = [
  ['a PDF has no elements.', ['targetSelector', 'removeSelector']],
  ['pictures in PDFs are not read.', ['withImagesSummary', 'keepImgDataUrl']],
];

/** @throws FoundationError NOT_SUPPORTED for an option whose effect a reader in the page cannot have */
export function refuseUnsupported(request: ParsedReadRequest): void {
  refuseAll(request, REFUSED);
  const { returnFormat, engine } = request;
  if (returnFormat != null && !FORMATS.includes(returnFormat)) {
    throw refused('returnFormat', `it gives ${FORMATS.join(', ')}, not ${returnFormat}.`);
  }
  if (engine != null && !ENGINES.includes(String(engine)))
    throw refused('engine', 'no browser renders the page.');
}

/** @throws FoundationError NOT_SUPPORTED for an option that says nothing of a PDF */
export function refuseForPdf(request: ParsedReadRequest): void {
  refuseAll(request, NOT_OF_PDF);
  if (request.returnFormat === 'html') throw refused('returnFormat', 'a PDF is no HTML.');
}

function refuseAll(request: ParsedReadRequest, options: typeof REFUSED): void {
  for (const [why, names] of options) {
    for (const name of names) {
      if (isGiven(request[name])) throw refused(String(name), why);
    }
  }
}

/** Whether an option asks for something: false, an empty text and an empty list do not. */
const isGiven = (value: unknown): boolean =>
  value != null && value !== false && value !== '' && !(Array.isArray(value) && value.length === 0);

const refused = (name: string, why: string): FoundationError =>
  notSupported(`read with ${name}`, why, 'Leave it out, or read with createRemote().');
