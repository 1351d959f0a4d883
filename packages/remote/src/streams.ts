import {
  type CallOptions,
  type ChatChunk,
  type ChatRequest,
  FoundationError,
  type Page,
  type ReadRequest,
} from '@nearfield/spec';
import {
  ChatChunkSchema,
  ChatRequestSchema,
  PageSchema,
  parse,
  parseResponse,
} from '@nearfield/spec/implement';
import { createParser } from 'eventsource-parser';
import type { Addresses } from './addresses.ts';
import type { Api } from './api.ts';
import { errorOfAnswer } from './api-error.ts';
import { serviceCall } from './reader.ts';
import { bodyOf } from './request-body.ts';
import { Secrets } from './secrets.ts';
import type { Call, Transport } from './transport.ts';

type ResponseSchema<Output> = Parameters<typeof parseResponse<Output>>[0];

/** A stream's own end, after which nothing comes. */
const END = '[DONE]';

/** The events of an answer, each as the shape says. @throws FoundationError also of an event that tells of an error */
async function* events<Output>(
  transport: Transport,
  call: Call,
  schema: ResponseSchema<Output>,
  options: CallOptions,
): AsyncGenerator<Output, void, undefined> {
  const { what } = call;
  let waiting: { event?: string | undefined; data: string }[] = [];
  const parser = createParser({ onEvent: (event) => waiting.push(event) });
  const decoder = new TextDecoder();
  const headers = { ...call.headers, Accept: 'text/event-stream' };
  let secrets = new Secrets();
  const opened = (known: Secrets): void => {
    secrets = known;
  };
  for await (const bytes of transport.bytes({ ...call, headers }, options, opened)) {
    parser.feed(decoder.decode(bytes, { stream: true }));
    const arrived = waiting;
    waiting = [];
    for (const { event, data } of arrived) {
      if (data === END) return;
      let value: unknown;
      try {
        value = JSON.parse(data);
      } catch {
        throw new FoundationError({
          code: 'RESPONSE_INVALID',
          message: `The server's answer to ${what} has an event that is not JSON.`,
        });
      }
      if (event === 'error' || isError(value)) throw secrets.outOf(failure(value, data, what));
      yield parseResponse(schema, value, what);
    }
  }
}

const isError = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'error' in value && !('choices' in value);

function failure(value: unknown, text: string, what: string): FoundationError {
  const { status, code } = value as { status?: unknown; code?: unknown };
  const known = [status, code].find((each) => typeof each === 'number' && each >= 400 && each < 600);
  return errorOfAnswer({ status: (known as number | undefined) ?? 500, headers: new Headers(), text, what });
}

export async function* chatStream(
  api: Api,
  request: ChatRequest,
  options: CallOptions,
): AsyncGenerator<ChatChunk, void, undefined> {
  const parsed = parse(ChatRequestSchema, { ...request, stream: null });
  const call = api.post('chat', '/v1/chat/completions', { ...bodyOf(parsed), stream: true });
  yield* events(api.transport, call, ChatChunkSchema, options);
}

export async function* readStream(
  transport: Transport,
  addresses: Addresses,
  request: ReadRequest,
  options: CallOptions,
): AsyncGenerator<Page, void, undefined> {
  yield* events(transport, serviceCall(addresses, 'read', request), PageSchema, options);
}
