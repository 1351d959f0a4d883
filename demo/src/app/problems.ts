import { type ErrorCode, FoundationError } from '@nearfield/spec';

/** What was going on when an error came. A new attempt of the same kind takes the old problem away. */
export type ProblemOrigin =
  | 'classify'
  | 'device'
  | 'files'
  | 'indexing'
  | 'models'
  | 'page'
  | 'question'
  | 'rerank'
  | 'segment'
  | 'storage';

/** An error in words for a person. */
export interface Problem {
  origin: ProblemOrigin;
  /** The contract's code; `UNEXPECTED` for anything that is not a FoundationError. */
  code: ErrorCode | 'UNEXPECTED';
  title: string;
  /** What happened, in the words of whoever noticed it. */
  message: string;
  /** What to do. */
  advice: string;
}

interface Words {
  title: string;
  advice: string;
}

const key: Words = {
  title: 'The API key was not accepted',
  advice: 'Enter a valid key in the API key field; jina.ai gives out free ones. It is kept in memory only.',
};
const rate: Words = {
  title: 'Too many requests',
  advice: 'Wait a moment and try again, or index fewer passages at a time.',
};
const wait: Words = { title: 'The server is busy', advice: 'Wait a moment and try again.' };
const download: Words = {
  title: 'The model could not be downloaded',
  advice: 'Check your connection and try again: what already arrived is kept, and the rest is fetched.',
};
const restart: Words = {
  title: 'The engine stopped',
  advice:
    'Try again; it starts anew. If it keeps stopping, reload the page or add ?device=wasm to its address.',
};

const runtime: Words = {
  title: 'A part of this page could not be loaded',
  advice:
    'Check your connection and try again; nothing has to be deleted or reloaded. If it stays, the message says what its server has to change.',
};

const WORDS: Partial<Record<ErrorCode, Words>> = {
  AUTH_MISSING_API_KEY: { ...key, title: 'An API key is needed' },
  AUTH_INVALID_API_KEY: key,
  AUTH_INVALID_FORMAT: key,
  AUTHZ_INSUFFICIENT_BALANCE: {
    title: 'The API key has no tokens left',
    advice: 'Top up the key at jina.ai, enter another one, or switch to Local.',
  },
  AUTHZ_RESOURCE_LIMIT_EXCEEDED: {
    title: 'The API key has reached a limit',
    advice: 'Enter another key, or switch to Local.',
  },
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
  RATE_REQUEST_LIMIT_EXCEEDED: rate,
  RATE_TOKEN_LIMIT_EXCEEDED: rate,
  RATE_CONCURRENCY_LIMIT_EXCEEDED: rate,
  RATE_IP_LIMIT_EXCEEDED: rate,
  INTERNAL_ERROR: { title: 'The server failed', advice: 'Try again. If it keeps failing, switch to Local.' },
  SERVICE_UNAVAILABLE: wait,
  SERVICE_TIMEOUT: { title: 'The answer took too long', advice: 'Check your connection and try again.' },
  CONNECTION_FAILED: {
    title: 'The server could not be reached',
    advice:
      'Check the server address and your connection. A server on another origin must allow this page (CORS). Local works without a network.',
  },
  INPUT_TOKEN_LIMIT_EXCEEDED: {
    title: 'The text is too long for this model',
    advice: 'Shorten it, or choose a model with a longer context.',
  },
  INPUT_VALIDATION_FAILED: {
    title: 'The request does not fit',
    advice: 'Change what the message names and try again.',
  },
  INPUT_MODEL_NOT_FOUND: { title: 'There is no such model here', advice: 'Choose another model.' },
  MODEL_NOT_AVAILABLE_LOCALLY: {
    title: 'This model cannot run in the browser',
    advice: 'Choose another model, or switch to Remote.',
  },
  NOT_SUPPORTED: { title: 'This is not possible here', advice: 'Choose another model or the other mode.' },
  DEVICE_NOT_AVAILABLE: {
    title: 'This browser has no such device',
    advice: 'Remove ?device=webgpu from the address, or use a browser with WebGPU. The CPU works everywhere.',
  },
  DEVICE_LOST: restart,
  WORKER_FAILED: restart,
  RUNTIME_NOT_AVAILABLE: runtime,
  CLOSED: restart,
  OUT_OF_MEMORY: {
    title: 'There is not enough memory',
    advice: 'Close other tabs and try again, or switch to Remote.',
  },
  STORAGE_QUOTA_EXCEEDED: {
    title: 'The browser has no room for the model',
    advice: 'Delete models under Storage or free some disk space, then try again.',
  },
  DOWNLOAD_FAILED: download,
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
};

const nothingToIndex: Words = {
  title: 'There is no text to index',
  advice: 'Add the sample passages, a .txt or .md file with text in it, or paste some.',
};

/**
 * Words for an error. Stacks and causes stay out of the page.
 * @param empty whether the call was about no text at all
 */
export function describeProblem(error: unknown, origin: ProblemOrigin, empty = false): Problem {
  if (FoundationError.isInstance(error)) {
    const { title, advice } =
      empty && error.code === 'INPUT_VALIDATION_FAILED'
        ? nothingToIndex
        : (WORDS[error.code] ?? { title: 'The request failed', advice: 'Try again.' });
    const after = error.retryAfter ? ` The server asks to wait ${error.retryAfter} s.` : '';
    return { origin, code: error.code, title, message: error.message + after, advice };
  }
  return {
    origin,
    code: 'UNEXPECTED',
    title: 'Something unexpected happened',
    message: error instanceof Error ? error.message : String(error),
    advice: 'Reload the page and try again. If it happens again, please report it.',
  };
}

/** Whether an error is a cancellation, which is no problem. */
export const isAbort = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'name' in error && error.name === 'AbortError';
