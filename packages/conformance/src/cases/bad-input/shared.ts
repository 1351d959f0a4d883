import type { ErrorCode, SearchFoundation } from '@nearfield/spec';
import type { FoundationMethod } from '@nearfield/spec/implement';
import type { ContractModels } from '../../models.ts';
import type { Pictures } from '../../pictures.ts';

/** What is made of an input: an error of one of these codes, an answer, or either where the rules leave it open. */
export type Outcome = ErrorCode | 'answer' | 'either';

export interface BadInput {
  method: FoundationMethod;
  name: string;
  outcome: Outcome;
  /** JSON cannot hold it, so only what takes requests in memory can be asked. */
  memory?: boolean;
  call: (foundation: SearchFoundation, pictures: Pictures) => Promise<unknown>;
}

export const INVALID = 'INPUT_VALIDATION_FAILED';

export type Method = 'embeddings' | 'multiVector' | 'rerank' | 'classify' | 'train' | 'segment';
export const METHODS: Method[] = ['embeddings', 'multiVector', 'rerank', 'classify', 'train', 'segment'];

/** Calls a method with whatever a case has as its request. */
export function ask(foundation: SearchFoundation, method: Method, request: unknown): Promise<unknown> {
  const call = foundation[method] as (request: unknown) => Promise<unknown>;
  return call.call(foundation, request);
}

/** A request that each method answers. */
export function basesOf({
  v5,
  minilm,
  crossEncoder,
}: ContractModels): Record<Method, Record<string, unknown>> {
  const examples = [
    { text: 'a', label: 'x' },
    { text: 'b', label: 'y' },
  ];
  return {
    embeddings: { model: v5.id, input: 'a' },
    multiVector: { model: minilm, input: 'a' },
    rerank: { model: crossEncoder.id, query: 'a', documents: ['b', 'c'] },
    classify: { model: v5.id, input: 'a', labels: ['x', 'y'] },
    train: { model: v5.id, input: examples },
    segment: { content: 'a' },
  };
}
