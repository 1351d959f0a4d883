import { type ErrorCode, FoundationError } from '@nearfield/spec';
import { visitorMessage } from './contract-words.ts';
import type { ProblemOrigin } from './problem-origin.ts';

/** Where an answer was to come from: what there is to do depends on it. */
export type Place =
  | { where: 'here' }
  /** A server of somebody's own, or the hosted API. */
  | { where: 'server' | 'hosted'; host: string }
  /** This browser, or the server where it cannot. */
  | { where: 'either'; isHosted: boolean; host: string };

/** An error in words for a person. */
export interface Problem {
  origin: ProblemOrigin;
  /** The contract's code; `UNEXPECTED` for anything that is not a FoundationError. */
  code: string;
  title: string;
  /** What happened. */
  message: string;
  /** What to do. */
  advice: string;
  /** The single things that it is about, such as files. */
  details?: readonly string[] | undefined;
  /** Tries again what failed. */
  retry?: (() => void) | undefined;
}

interface Words {
  title: string;
  advice: string;
}

const restart: Words = {
  title: 'The engine stopped',
  advice:
    'Try again; it starts anew. If it keeps stopping, reload the page or add ?device=wasm to its address.',
};
const rate: Words = {
  title: 'Too many requests',
  advice: 'Wait a moment and try again, or send less at a time.',
};
const notLoaded: Words = {
  title: 'A part of the page could not be loaded',
  advice: 'Check your connection and try again. What you typed and what is stored stays as it is.',
};

/** Codes by name: a server, or a newer engine, may have some that the contract here does not list. */
type WordsByCode = Partial<Record<ErrorCode, Words>> & Record<string, Words | undefined>;

/** Words that hold wherever the answer was to come from. */
const WORDS: WordsByCode = {
  RESOURCE_NOT_FOUND: {
    title: 'That is not there any more',
    advice: 'Look at the list again: it may have been deleted elsewhere.',
  },
  CONFLICT_RESOURCE_BUSY: {
    title: 'Something else is changing this just now',
    advice: 'Wait until it is done, perhaps in another tab, and try again.',
  },
  INPUT_INVALID_LABELS: { title: 'The labels do not fit', advice: 'Give examples of at least two labels.' },
  INPUT_LABEL_LIMIT_EXCEEDED: { title: 'There are too many labels', advice: 'Remove some and try again.' },
  INPUT_TOKEN_LIMIT_EXCEEDED: {
    title: 'The text is too long for this model',
    advice: 'Shorten it, or choose a model with a longer context.',
  },
  INPUT_VALIDATION_FAILED: {
    title: 'The request does not fit',
    advice: 'Change what is named above and try again.',
  },
  RATE_REQUEST_LIMIT_EXCEEDED: rate,
  RATE_TOKEN_LIMIT_EXCEEDED: rate,
  RATE_CONCURRENCY_LIMIT_EXCEEDED: rate,
  RATE_IP_LIMIT_EXCEEDED: rate,
  EMBEDDING_SPACE_MISMATCH: {
    title: 'Vectors of two places are not mixed',
    advice:
      'Try again once the place that indexed the texts can answer, or switch to Remote and index them there: each keeps an index of its own.',
  },
  NOT_SUPPORTED: { title: 'This is not possible here', advice: 'Choose another model or the other mode.' },
};

/** Words for the engine in this page. */
const HERE: WordsByCode = {
  INPUT_MODEL_NOT_FOUND: { title: 'There is no such model here', advice: 'Choose another model.' },
  MODEL_NOT_AVAILABLE_LOCALLY: {
    title: 'This model cannot run in the browser',
    advice: 'Choose another model, or switch to Remote.',
  },
  DEVICE_NOT_AVAILABLE: {
    title: 'This browser has no such device',
    advice: 'Remove ?device=webgpu from the address, or use a browser with WebGPU. The CPU works everywhere.',
  },
  DEVICE_LOST: restart,
  WORKER_FAILED: restart,
  CLOSED: restart,
  INTERNAL_ERROR: restart,
  RUNTIME_NOT_AVAILABLE: notLoaded,
  CONNECTION_FAILED: notLoaded,
  OUT_OF_MEMORY: {
    title: 'There is not enough memory',
    advice: 'Close other tabs and try again, or switch to Remote.',
  },
  STORAGE_QUOTA_EXCEEDED: {
    title: 'The browser has no room for the model',
    advice: 'Delete models under Storage or free some disk space, then try again.',
  },
  STORAGE_FAILED: {
    title: 'The browser’s storage cannot be used',
    advice:
      'Reload the page and try again. If it stays like this, clear this site’s data in the browser’s settings: models are then downloaded anew.',
  },
  RECORD_DAMAGED: {
    title: 'Something stored here is damaged',
    advice: 'Delete what is named above, or make it anew. Everything else is as it was.',
  },
  DOWNLOAD_FAILED: {
    title: 'The model could not be downloaded',
    advice: 'Check your connection and try again: what already arrived is kept, and the rest is fetched.',
  },
  INTEGRITY_MISMATCH: {
    title: 'A model file arrived damaged',
    advice:
      'Try again: the damaged part is fetched anew. If it happens again, delete the model under Storage.',
  },
  MODEL_INVALID: { title: 'The model file cannot be used', advice: 'Delete it under Storage and try again.' },
  SELF_CHECK_FAILED: {
    title: 'This device computes wrong vectors',
    advice: 'Add ?device=wasm to the address to use the CPU, or switch to Remote.',
  },
  SERVICE_TIMEOUT: { title: 'The answer took too long', advice: 'Try again with less at a time.' },
};

/** Words for a document that is read in this page. */
const READING: WordsByCode = {
  DOWNLOAD_FAILED: {
    title: 'The page could not be loaded',
    advice:
      'A site opens its pages to others by CORS, and most do not. Save the page and choose the file, paste its source, or use Auto with an API key: the server then fetches it.',
  },
  NOT_SUPPORTED: {
    title: 'This document cannot be read here',
    advice: 'Choose an HTML file or paste the source of a page, or switch to Remote.',
  },
};

/** The page as a server names it. */
const pageOrigin = (): string => {
  const { origin } = globalThis.location ?? {};
  return origin === undefined || origin === 'null' ? 'this page' : `the origin ${origin}`;
};

/** Words for a server at a host. */
function serverWords(host: string): WordsByCode {
  const engine: Words = {
    title: 'The server’s engine stopped',
    advice: `Try again; it starts anew. If it keeps stopping, tell whoever runs ${host}, or switch to Local.`,
  };
  const model: Words = {
    title: 'The server cannot use this model',
    advice: `Choose another model, or tell whoever runs ${host}.`,
  };
  const unknown: Words = {
    title: 'The server does not have this model',
    advice: `Choose another one: the page Models lists those that ${host} has.`,
  };
  return {
    INPUT_MODEL_NOT_FOUND: unknown,
    MODEL_NOT_AVAILABLE_LOCALLY: unknown,
    INTERNAL_ERROR: {
      title: 'The server failed',
      advice: 'Try again. If it keeps failing, switch to Local.',
    },
    SERVICE_UNAVAILABLE: { title: 'The server is busy', advice: 'Wait a moment and try again.' },
    SERVICE_TIMEOUT: { title: 'The answer took too long', advice: 'Check your connection and try again.' },
    CONNECTION_FAILED: {
      title: 'The server could not be reached',
      advice:
        'Check the server address and your connection. A server on another origin must allow this page (CORS). Local works without a network.',
    },
    RESPONSE_INVALID: {
      title: 'The server’s answer cannot be read',
      advice: 'Check the server address: something else may be answering there.',
    },
    OUT_OF_MEMORY: {
      title: 'The server has not enough memory',
      advice: 'Send less at a time, choose a smaller model, or switch to Local.',
    },
    STORAGE_QUOTA_EXCEEDED: {
      title: 'The server has no room left',
      advice: `Tell whoever runs ${host}, or switch to Local.`,
    },
    STORAGE_FAILED: {
      title: 'The server cannot use its storage',
      advice: `Try again later, tell whoever runs ${host}, or switch to Local.`,
    },
    RECORD_DAMAGED: {
      title: 'Something that the server stored is damaged',
      advice: 'Delete what is named above, or make it anew. Everything else is as it was.',
    },
    AUTHZ_HOST_NOT_ALLOWED: {
      title: 'The server does not answer under this address',
      advice: `Enter another address of it, or have whoever runs it allow the name ${host}. Local works without it.`,
    },
    AUTHZ_ORIGIN_NOT_ALLOWED: {
      title: 'The server is not open to this page',
      advice: `Have whoever runs ${host} allow ${pageOrigin()}, or give you a key. Local works without it.`,
    },
    DEVICE_NOT_AVAILABLE: engine,
    DEVICE_LOST: engine,
    WORKER_FAILED: engine,
    CLOSED: engine,
    RUNTIME_NOT_AVAILABLE: engine,
    DOWNLOAD_FAILED: {
      title: 'The server could not download the model',
      advice: 'Choose a model that it has already, or try again later.',
    },
    INTEGRITY_MISMATCH: model,
    MODEL_INVALID: model,
    SELF_CHECK_FAILED: model,
  };
}

/** Words about the key of a server: only the hosted API gives out keys. */
function keyWords(host: string, hosted: boolean): WordsByCode {
  const owner = `whoever runs ${host}`;
  const refused: Words = {
    title: 'The API key was not accepted',
    advice: hosted
      ? 'Enter a valid key in the API key field; jina.ai gives out free ones. It is kept in memory only.'
      : `Enter the key that ${owner} gave you, in the API key field. It is kept in memory only.`,
  };
  return {
    AUTH_MISSING_API_KEY: { ...refused, title: 'An API key is needed' },
    AUTH_INVALID_API_KEY: refused,
    AUTH_INVALID_FORMAT: refused,
    AUTHZ_INSUFFICIENT_BALANCE: {
      title: 'The API key has no tokens left',
      advice: hosted
        ? 'Top up the key at jina.ai, enter another one, or switch to Local.'
        : `Ask ${owner}, enter another key, or switch to Local.`,
    },
    AUTHZ_RESOURCE_LIMIT_EXCEEDED: {
      title: 'The API key has reached a limit',
      advice: 'Enter another key, or switch to Local.',
    },
  };
}

function wordsAt(code: string, place: Place): Words | undefined {
  if (place.where === 'here') return HERE[code];
  const isHosted = place.where === 'either' ? place.isHosted : place.where === 'hosted';
  const ofServer = serverWords(place.host)[code] ?? keyWords(place.host, isHosted)[code];
  return place.where === 'either' ? (HERE[code] ?? ofServer) : ofServer;
}

/** Title and advice of a code. */
function wordsFor(code: string, place: Place, origin: ProblemOrigin): Words {
  const ofReading = origin === 'read' && place.where === 'here' ? READING[code] : undefined;
  return (
    ofReading ?? wordsAt(code, place) ?? WORDS[code] ?? { title: 'The request failed', advice: 'Try again.' }
  );
}

const nothingToIndex: Words = {
  title: 'There is no text to index',
  advice: 'Add the sample passages, a .txt or .md file with text in it, or paste some.',
};

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
  if (FoundationError.isInstance(error)) {
    const { title, advice } =
      empty && error.code === 'INPUT_VALIDATION_FAILED'
        ? nothingToIndex
        : wordsFor(error.code, place, origin);
    const after = error.retryAfter ? ` The server asks to wait ${error.retryAfter} s.` : '';
    return { origin, code: error.code, title, message: visitorMessage(error, origin) + after, advice };
  }
  const message = error instanceof Error ? error.message : String(error);
  if (NOT_FETCHED.test(message)) {
    return {
      origin,
      code: 'PAGE_NOT_LOADED',
      ...notLoaded,
      message:
        globalThis.navigator?.onLine === false
          ? 'This device is offline, and that part of the page was not fetched before.'
          : 'The site did not answer when that part of the page was asked for.',
    };
  }
  return {
    origin,
    code: 'UNEXPECTED',
    title: 'Something unexpected happened',
    message,
    advice: 'Reload the page and try again. If it happens again, please report it.',
  };
}

/** Whether an error is a cancellation, which is no problem. */
export const isAbort = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'name' in error && error.name === 'AbortError';
