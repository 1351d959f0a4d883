/** How r.jina.ai is asked and answers: options in headers, pages as text. */
import type { Page, ReadRequest } from '@nearfield/spec';
import type { ApiContext } from '../context.ts';

/** Headers whose names are not those of the options. */
const OTHER_NAMES: Readonly<Record<string, string>> = { dnt: 'doNotTrack', 'x-respond-with': 'returnFormat' };
/** Options that can be headers. */
const OPTIONS: ReadonlySet<string> = new Set<keyof ReadRequest>([
  'base',
  'cacheTolerance',
  'doNotTrack',
  'engine',
  'instruction',
  'keepImgDataUrl',
  'locale',
  'markdownChunking',
  'maxTokens',
  'noCache',
  'noGfm',
  'proxy',
  'proxyUrl',
  'question',
  'referer',
  'removeOverlay',
  'removeSelector',
  'respondTiming',
  'retainImages',
  'retainLinks',
  'returnFormat',
  'robotsTxt',
  'setCookie',
  'targetSelector',
  'timeout',
  'tokenBudget',
  'userAgent',
  'waitForSelector',
  'withGeneratedAlt',
  'withIframe',
  'withImagesSummary',
  'withLinksSummary',
  'withShadowDom',
]);
/** Options whose values are text, even where that looks like a number. */
const TEXTS = /selector$|^(question|instruction|locale|referer|useragent|respondtiming|markdownchunking)$/i;

/** Whether a request asks for JSON rather than text. */
export const wantsJson = (context: ApiContext): boolean =>
  /\bapplication\/json\b/i.test(context.req.header('accept') ?? '');

/** The options of a reader that a request's headers name: `X-Target-Selector` is `targetSelector`. */
export function headerOptions(headers: Readonly<Record<string, string>>): Record<string, unknown> {
  const options: Record<string, unknown> = {};
  const markdown: Record<string, unknown> = {};
  for (const [header, value] of Object.entries(headers)) {
    const lower = header.toLowerCase();
    const spelling = /^x-md-(.+)$/.exec(lower)?.[1];
    if (spelling !== undefined) {
      markdown[camelCase(spelling)] = value;
      continue;
    }
    const name = OTHER_NAMES[lower] ?? (lower.startsWith('x-') ? camelCase(lower.slice(2)) : '');
    if (OPTIONS.has(name)) options[name] = optionValue(name, value);
  }
  if (Object.keys(markdown).length > 0) options.markdown = markdown;
  return options;
}

const camelCase = (name: string): string =>
  name.replace(/-([a-z])/g, (_match, letter: string) => letter.toUpperCase());

function optionValue(name: string, value: string): unknown {
  if (name === 'doNotTrack') return value === '1' || value === 'true';
  if (TEXTS.test(name)) return value;
  if (value === 'true' || value === 'false') return value === 'true';
  return /^\d+$/.test(value) ? Number(value) : value;
}

/** A page as r.jina.ai gives it to those who ask for no JSON. */
export function asText({ title, url, publishedTime, warning, content, links, images }: Page): string {
  const lines = [
    title && `Title: ${title}`,
    url && `URL Source: ${url}`,
    publishedTime && `Published Time: ${publishedTime}`,
    warning && `Warning: ${warning}`,
    `Markdown Content:\n${content}`,
    images && list('Images', images, '!'),
    links && list('Links/Buttons', links, ''),
  ];
  return `${lines.filter(Boolean).join('\n\n')}\n`;
}

function list(name: string, pairs: NonNullable<Page['links']>, mark: string): string {
  const entries = Array.isArray(pairs) ? pairs : Object.entries(pairs);
  return `${name}:\n${entries.map(([text, url]) => `- ${mark}[${text}](${url})`).join('\n')}`;
}
