import * as v from 'valibot';
import type { CallOptions } from '../progress.ts';
import { listOf, nonEmptyText, requestObject } from '../schema.ts';
import type { Page, ReadRequest } from './reader.ts';

/** A part of a message: a text or a picture. */
export type ChatContentPart =
  | { type: 'text'; text: string }
  | { type: 'image_url'; image_url: { url: string; detail?: string | undefined } };

/** A message of a conversation. */
export interface ChatMessage {
  role: 'system' | 'user' | 'assistant';
  content: string | readonly ChatContentPart[];
}

/**
 * `POST /v1/chat/completions` in OpenAI's shape (experimental at the API; model jina-vlm). The answer of `chat` comes
 * whole; clients of servers also have `chatStream`, see {@link StreamingApi}.
 */
export interface ChatRequest {
  model: string;
  messages: readonly ChatMessage[];
  max_tokens?: number | null | undefined;
  temperature?: number | null | undefined;
  top_p?: number | null | undefined;
  stop?: string | readonly string[] | null | undefined;
  stream?: false | null | undefined;
  /** Further options of the server. */
  [field: string]: unknown;
}

/** One of the answers of a conversation. */
export interface ChatChoice {
  index: number;
  message: { role: 'assistant'; content: string | null };
  finish_reason: string | null;
}

/** Answer of `chat`. */
export interface ChatResponse {
  id: string;
  object: 'chat.completion';
  created: number;
  model: string;
  choices: ChatChoice[];
  usage?: { prompt_tokens: number; completion_tokens: number; total_tokens: number } | undefined;
}

/** A piece of a streamed answer. */
export interface ChatChunk {
  id: string;
  object: 'chat.completion.chunk';
  created: number;
  model: string;
  choices: {
    index: number;
    /** What follows the pieces before: append `content`. */
    delta: { role?: 'assistant' | undefined; content?: string | null | undefined };
    /** Null until the last piece of the choice. */
    finish_reason: string | null;
  }[];
  /** In the last piece, if the server counts. */
  usage?: { prompt_tokens: number; completion_tokens: number; total_tokens: number } | null | undefined;
}

/** Answers that arrive in pieces, of clients whose server sends them. */
export interface StreamingApi {
  /**
   * A chat whose answer arrives as it is written. Leaving the loop ends the request. `timeout` limits each wait.
   *
   * @example
   * for await (const { choices } of foundation.chatStream({ model: 'jina-vlm', messages })) {
   *   show(choices[0]?.delta.content ?? '');
   * }
   */
  chatStream(request: ChatRequest, options?: CallOptions): AsyncIterable<ChatChunk>;
  /** A page as the reader gets hold of it: each piece is the whole page so far, more complete than the one before. */
  readStream(request: ReadRequest, options?: CallOptions): AsyncIterable<Page>;
}

const PartSchema = v.union([
  v.looseObject({ type: v.literal('text'), text: v.string() }),
  v.looseObject({ type: v.literal('image_url'), image_url: v.looseObject({ url: nonEmptyText('url') }) }),
]);

/** Structure of a chat request. */
export const ChatRequestSchema = requestObject({
  model: nonEmptyText('model'),
  messages: listOf(
    v.looseObject({
      role: v.picklist(['system', 'user', 'assistant'], 'role must be system, user or assistant.'),
      content: v.union([v.string(), listOf(PartSchema)], 'content must be a string or a list of parts.'),
    }),
    { message: 'messages must be a list.', least: [1, 'messages cannot be empty.'] },
  ),
  stream: v.nullish(v.literal(false, 'stream is not supported: the answer comes whole.')),
});

/** A checked chat request. */
export type ParsedChatRequest = v.InferOutput<typeof ChatRequestSchema>;
