import * as v from 'valibot';
import { listOf, nonEmptyText, requestObject } from '../schema.ts';

export type ChatContentPart =
  | { type: 'text'; text: string }
  | { type: 'image_url'; image_url: { url: string; detail?: string | undefined } };

export interface ChatMessage {
  role: 'system' | 'user' | 'assistant';
  content: string | readonly ChatContentPart[];
}

/**
 * `POST /v1/chat/completions` in OpenAI's shape (experimental at the API; model jina-vlm). The answer comes
 * whole: streaming is not part of this contract.
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

export interface ChatChoice {
  index: number;
  message: { role: 'assistant'; content: string | null };
  finish_reason: string | null;
}

export interface ChatResponse {
  id: string;
  object: 'chat.completion';
  created: number;
  model: string;
  choices: ChatChoice[];
  usage?: { prompt_tokens: number; completion_tokens: number; total_tokens: number } | undefined;
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
