/** The page of service-worker.spec.ts: a client as it is installed, and an engine that answers it. */
import { createLocal, type LocalFoundation } from '@nearfield/core';
import { HashedFoundation } from '@nearfield/hashed-foundation';
import { type AnsweringPage, answerRequests } from '@nearfield/server/page';
import OpenAI from 'openai';

const page = {
  createLocal,
  answerRequests,
  OpenAI,
  HashedFoundation,
  embedded: { id: 'all-MiniLM-L6-v2', source: '/models/all-MiniLM-L6-v2/', dtypes: ['q8'] as const },
  client: new OpenAI({
    baseURL: `${location.origin}/v1`,
    apiKey: 'none',
    dangerouslyAllowBrowser: true,
    maxRetries: 0,
  }),
  /** State that a test keeps in the page between two evaluations. */
  kept: {} as { foundation?: LocalFoundation; answering?: AnsweringPage; asked?: number },
};

export type AnsweringTestPage = typeof page;

Object.assign(globalThis, { answering: page });
