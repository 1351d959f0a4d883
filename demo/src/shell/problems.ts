import { type ErrorCode, FoundationError } from '@nearfield/spec';
import type { Words } from '../words/en.ts';
import { libraryWords, words } from '../words/language.ts';
import { slots } from '../words/slots.ts';
import { knownMessage, visitorMessage } from './contract-words.ts';
import type { ProblemOrigin } from './problem-origin.ts';

/** Where an answer was to come from: what there is to do depends on it. */
export type Place =
  | { where: 'here' }
  /** A server of somebody's own, or the hosted API. */
  | { where: 'server' | 'hosted'; host: string }
  /** This browser, or the server where it cannot. */
  | { where: 'either'; isHosted: boolean; host: string };

/** What there is to say of an error. */
export interface Said {
  title: string;
  /** What happened. */
  message: string;
  /** Whether the message is the engine's or the server's own, which is in English whatever the language. */
  isForeign?: boolean | undefined;
  /** What to do. */
  advice: string;
  /** The single things that it is about, such as files. */
  details?: readonly string[] | undefined;
}

/** An error in words for a person, in the language of the time. */
export interface Problem extends Said {
  origin: ProblemOrigin;
  /** The contract's code; `UNEXPECTED` for anything that is not a FoundationError. */
  code: string;
  /** Says it again, in the language in use. */
  again?: (() => Said) | undefined;
  /** Tries again what failed. */
  retry?: (() => void) | undefined;
}

/** A problem as it is said in the language in use. */
export const inWords = (problem: Problem): Problem => ({ ...problem, ...problem.again?.() });

type Saying = keyof Words['problems']['says'];

/** Codes by name: a server, or a newer engine, may have some that the contract here does not list. */
type SayingByCode = Partial<Record<ErrorCode, Saying>> & Record<string, Saying | undefined>;

/** What holds wherever the answer was to come from. */
const ANYWHERE: SayingByCode = {
  RESOURCE_NOT_FOUND: 'notFound',
  CONFLICT_RESOURCE_BUSY: 'busy',
  INPUT_INVALID_LABELS: 'labels',
  INPUT_LABEL_LIMIT_EXCEEDED: 'tooManyLabels',
  INPUT_TOKEN_LIMIT_EXCEEDED: 'tooLong',
  INPUT_VALIDATION_FAILED: 'unfit',
  RATE_REQUEST_LIMIT_EXCEEDED: 'tooMany',
  RATE_TOKEN_LIMIT_EXCEEDED: 'tooMany',
  RATE_CONCURRENCY_LIMIT_EXCEEDED: 'tooMany',
  RATE_IP_LIMIT_EXCEEDED: 'tooMany',
  EMBEDDING_SPACE_MISMATCH: 'spaces',
  NOT_SUPPORTED: 'notPossible',
};

/** What holds for the engine in this page. */
const HERE: SayingByCode = {
  INPUT_MODEL_NOT_FOUND: 'noSuchModel',
  MODEL_NOT_AVAILABLE_LOCALLY: 'notInBrowser',
  DEVICE_NOT_AVAILABLE: 'noDevice',
  DEVICE_LOST: 'engineStopped',
  WORKER_FAILED: 'engineStopped',
  CLOSED: 'engineStopped',
  INTERNAL_ERROR: 'engineStopped',
  RUNTIME_NOT_AVAILABLE: 'notLoaded',
  CONNECTION_FAILED: 'notLoaded',
  OUT_OF_MEMORY: 'noMemory',
  STORAGE_QUOTA_EXCEEDED: 'noRoom',
  STORAGE_FAILED: 'storage',
  RECORD_DAMAGED: 'damaged',
  DOWNLOAD_FAILED: 'download',
  INTEGRITY_MISMATCH: 'arrivedDamaged',
  MODEL_INVALID: 'modelUnusable',
  SELF_CHECK_FAILED: 'wrongVectors',
  SERVICE_TIMEOUT: 'tookTooLong',
};

/** What holds for a document that is read in this page. */
const READING: SayingByCode = { DOWNLOAD_FAILED: 'pageNotRead', NOT_SUPPORTED: 'notReadable' };

/** What holds for a server. */
const SERVER: SayingByCode = {
  INPUT_MODEL_NOT_FOUND: 'serverHasNot',
  MODEL_NOT_AVAILABLE_LOCALLY: 'serverHasNot',
  INTERNAL_ERROR: 'serverFailed',
  SERVICE_UNAVAILABLE: 'serverBusy',
  SERVICE_TIMEOUT: 'serverSlow',
  CONNECTION_FAILED: 'unreachable',
  RESPONSE_INVALID: 'unreadable',
  OUT_OF_MEMORY: 'serverMemory',
  STORAGE_QUOTA_EXCEEDED: 'serverRoom',
  STORAGE_FAILED: 'serverStorage',
  RECORD_DAMAGED: 'serverDamaged',
  AUTHZ_HOST_NOT_ALLOWED: 'wrongName',
  AUTHZ_ORIGIN_NOT_ALLOWED: 'wrongOrigin',
  DEVICE_NOT_AVAILABLE: 'serverEngine',
  DEVICE_LOST: 'serverEngine',
  WORKER_FAILED: 'serverEngine',
  CLOSED: 'serverEngine',
  RUNTIME_NOT_AVAILABLE: 'serverEngine',
  DOWNLOAD_FAILED: 'serverDownload',
  INTEGRITY_MISMATCH: 'serverModel',
  MODEL_INVALID: 'serverModel',
  SELF_CHECK_FAILED: 'serverModel',
  AUTH_MISSING_API_KEY: 'keyNeeded',
  AUTH_INVALID_API_KEY: 'keyRefused',
  AUTH_INVALID_FORMAT: 'keyRefused',
  AUTHZ_INSUFFICIENT_BALANCE: 'noTokens',
  AUTHZ_RESOURCE_LIMIT_EXCEEDED: 'keyLimit',
};

/** Where the hosted API differs from a server of somebody's own: it gives out keys. */
const HOSTED: SayingByCode = {
  AUTH_MISSING_API_KEY: 'keyNeededHosted',
  AUTH_INVALID_API_KEY: 'keyRefusedHosted',
  AUTH_INVALID_FORMAT: 'keyRefusedHosted',
  AUTHZ_INSUFFICIENT_BALANCE: 'noTokensHosted',
};

/** The page as a server names it. */
function pageOrigin(): string {
  const { origin } = globalThis.location ?? {};
  return origin === undefined || origin === 'null'
    ? words().problems.thisPage
    : words().problems.originOf(origin);
}

function sayingAt(code: string, place: Place): Saying | undefined {
  if (place.where === 'here') return HERE[code];
  const isHosted = place.where === 'either' ? place.isHosted : place.where === 'hosted';
  const ofServer = (isHosted ? HOSTED[code] : undefined) ?? SERVER[code];
  return place.where === 'either' ? (HERE[code] ?? ofServer) : ofServer;
}

function sayingOf(code: string, place: Place, origin: ProblemOrigin): Saying {
  const ofReading = origin === 'read' && place.where === 'here' ? READING[code] : undefined;
  return ofReading ?? sayingAt(code, place) ?? ANYWHERE[code] ?? 'failed';
}

/** What an error of a code is called, for a place in another sentence. */
export const titleOf = (code: string, place: Place): string =>
  words().problems.says[sayingOf(code, place, 'page')].title;

/** Title and advice, with the names of server and page filled in. */
function wordsOf(saying: Saying, place: Place): Pick<Said, 'title' | 'advice'> {
  const { title, advice } = words().problems.says[saying];
  const host = place.where === 'here' ? '' : place.host;
  return { title, advice: slots(advice, { host, page: pageOrigin() }).join('') };
}

const HERE_PLACE: Place = { where: 'here' };

/** How the browsers say that a file of the page did not arrive. */
const NOT_FETCHED =
  /dynamically imported module|Importing a module script failed|^Failed to fetch|^NetworkError|^Load failed|Unable to preload CSS/iu;

/**
 * Words for an error. Stacks and causes stay out of the page.
 * @param empty whether the call was about no text at all
 */
export function describeProblem(
  error: unknown,
  origin: ProblemOrigin,
  { empty = false, place = HERE_PLACE }: { empty?: boolean; place?: Place } = {},
): Problem {
  const problem = (code: string, again: () => Said): Problem => ({ origin, code, ...again(), again });
  if (FoundationError.isInstance(error)) {
    const nothing = empty && error.code === 'INPUT_VALIDATION_FAILED';
    const saying = nothing ? 'nothingToIndex' : sayingOf(error.code, place, origin);
    return problem(error.code, () => messageOf(error, origin, wordsOf(saying, place)));
  }
  const message = error instanceof Error ? error.message : String(error);
  if (NOT_FETCHED.test(message)) {
    const isOffline = globalThis.navigator?.onLine === false;
    return problem('PAGE_NOT_LOADED', () => ({
      ...wordsOf('notLoaded', place),
      message: isOffline ? words().problems.offline : words().problems.siteSilent,
    }));
  }
  return problem('UNEXPECTED', () => ({ ...wordsOf('unexpected', place), message, isForeign: true }));
}

function messageOf(
  error: FoundationError,
  origin: ProblemOrigin,
  around: Pick<Said, 'title' | 'advice'>,
): Said {
  const known = knownMessage(error, origin) ?? libraryWords(error.message);
  const after = error.retryAfter ? ` ${words().problems.waitAsked(error.retryAfter)}` : '';
  const message = (known ?? visitorMessage(error, origin)) + after;
  return { ...around, message, isForeign: known === undefined };
}

/** Whether an error is a cancellation, which is no problem. */
export const isAbort = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'name' in error && error.name === 'AbortError';
