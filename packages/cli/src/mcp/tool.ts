import type { CallOptions } from '@nearfield/spec';
import { toWire } from '@nearfield/spec/implement';
import type { GenericSchema, InferOutput } from 'valibot';

/** Groups of tools, as Jina's own server names them. */
export type ToolTag = 'rerank' | 'embed' | 'segment' | 'search' | 'read';

/** A tool that agents call. */
export interface Tool<Schema extends GenericSchema = GenericSchema> {
  readonly name: string;
  readonly tag: ToolTag;
  readonly title: string;
  /** Effect and use of the tool, by which agents choose. */
  readonly description: string;
  readonly input: Schema;
  /** One item for each result, the best first. */
  run(argument: InferOutput<Schema>, options: CallOptions): Promise<readonly unknown[]>;
}

/** Keeps the type of a tool's argument. */
export const defineTool = <const Schema extends GenericSchema>(tool: Tool<Schema>): Tool =>
  tool as unknown as Tool;

/** A result that a budget cut, or as it is. */
export interface Fitted {
  /** JSON of the items that fit. */
  readonly texts: readonly string[];
  /** Said after them where some do not. */
  readonly note?: string;
}

/** No text of a model's tokens is longer: 3 bytes a token for prose of every script. */
const BYTES_PER_TOKEN = 3;

/**
 * Items as JSON texts, as many as fit into a number of tokens. Clients of agents refuse an answer that is too long as a
 * whole; part of it, with a note, is of more use.
 */
export function fitted(items: readonly unknown[], maxTokens: number): Fitted {
  const texts = items.map((item) => JSON.stringify(toWire(item)));
  let left = maxTokens * BYTES_PER_TOKEN;
  const end = texts.findIndex((text) => {
    left -= new TextEncoder().encode(text).length;
    return left < 0;
  });
  if (end < 0) return { texts };
  return {
    texts: texts.slice(0, end),
    note: `${texts.length - end} of ${texts.length} results are left out: the answer would be longer than ${maxTokens} tokens. Ask for less at a time.`,
  };
}
