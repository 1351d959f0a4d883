/** The code of one call, in each language that the playground shows. */
import { FoundationError, findModel } from '@nearfield/spec';
import type { JsonRequest, Operation } from '../operations.ts';
import { type HttpRequest, httpRequestOf } from './http-request.ts';
import { openai } from './openai.ts';
import { python } from './python.ts';
import { curl } from './shell.ts';
import { differingLines, local, localPackages, remote } from './typescript.ts';

export const LANGUAGES = ['local', 'remote', 'curl', 'python', 'openai'] as const;

export type Language = (typeof LANGUAGES)[number];

/** A program, or why there is none. */
export type Code =
  | { text: string; marked: ReadonlySet<number>; install: string | undefined; why?: undefined }
  | { text?: undefined; why: 'no-request' | 'not-openai' | { error: string } };

/** Where `nearfield serve` listens. */
export const LOCAL_SERVER = 'http://localhost:8080';

const HOSTED = 'https://api.jina.ai';

/**
 * The server that code asks: the one of the settings; for models that the hosted API does not have, one on the reader's
 * own machine.
 */
export function serverFor(request: JsonRequest, baseUrl: string): string {
  if (baseUrl !== HOSTED || typeof request.model !== 'string') return baseUrl;
  const entry = findModel(request.model);
  return entry && !entry.hosted ? LOCAL_SERVER : baseUrl;
}

const NOTHING: ReadonlySet<number> = new Set();

/**
 * The code of a call in every language.
 * @param baseUrl of the server
 */
export async function codeOf(
  operation: Operation,
  request: JsonRequest,
  baseUrl: string,
): Promise<Record<Language, Code>> {
  const server = serverFor(request, baseUrl);
  const [here, there] = [local(operation, request), remote(operation, request, server)];
  const marked = differingLines(here, there);
  let http: HttpRequest | undefined;
  let error: string | undefined;
  try {
    http = await httpRequestOf(operation, request, server);
  } catch (thrown) {
    if (!FoundationError.isInstance(thrown)) throw thrown;
    error = thrown.message;
  }
  const overHttp = (write: (http: HttpRequest) => string): Code => {
    if (http) return { text: write(http), marked: NOTHING, install: undefined };
    return { why: error === undefined ? 'no-request' : { error } };
  };
  const withOpenAi = openai(operation, request, server);
  const installed = localPackages(operation, request).join(' ');
  const copied = installed.includes('model-')
    ? ' @nearfield/cli\nnpx nearfield copy public --only models'
    : '';
  return {
    local: { text: here, marked, install: `npm install ${installed}${copied}` },
    remote: http
      ? { text: there, marked, install: 'npm install @nearfield/remote' }
      : { why: error === undefined ? 'no-request' : { error } },
    curl: overHttp(curl),
    python: overHttp((request) => python(request, operation.streams ?? false)),
    openai: withOpenAi
      ? { text: withOpenAi, marked: NOTHING, install: 'npm install openai' }
      : { why: 'not-openai' },
  };
}
