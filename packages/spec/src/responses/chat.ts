import * as v from 'valibot';
import type { ChatChunk, ChatResponse } from '../endpoints/chat.ts';
import { constant } from './shared.ts';

/** Answer of `/v1/chat/completions`. */
export const ChatBodySchema: v.GenericSchema<unknown, ChatResponse> = v.looseObject({
  id: v.string(),
  object: constant('chat.completion'),
  created: v.number(),
  model: v.string(),
  choices: v.array(
    v.looseObject({
      index: v.number(),
      message: v.looseObject({ role: constant('assistant'), content: v.nullable(v.string()) }),
      finish_reason: v.optional(v.nullable(v.string()), null),
    }),
  ),
  usage: v.optional(
    v.looseObject({ prompt_tokens: v.number(), completion_tokens: v.number(), total_tokens: v.number() }),
  ),
});

/** One event of a streamed `/v1/chat/completions`. */
export const ChatChunkSchema: v.GenericSchema<unknown, ChatChunk> = v.looseObject({
  id: v.string(),
  object: constant('chat.completion.chunk'),
  created: v.number(),
  model: v.string(),
  choices: v.array(
    v.looseObject({
      index: v.number(),
      delta: v.looseObject({
        role: v.optional(v.literal('assistant')),
        content: v.optional(v.nullable(v.string())),
      }),
      finish_reason: v.optional(v.nullable(v.string()), null),
    }),
  ),
  usage: v.optional(
    v.nullable(
      v.looseObject({ prompt_tokens: v.number(), completion_tokens: v.number(), total_tokens: v.number() }),
    ),
  ),
});
