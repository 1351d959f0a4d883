import type { TailOptions } from '@nearfield/onnx';
import { FoundationError } from '@nearfield/spec';
import type { ModelDefinition, ModelPart } from '../../models/definition.ts';
import type { GraphInterface } from '../runtime/session.ts';
import { namedOutput, outputNames, pooledOutput, tokenOutput } from './graph.ts';

/** Outputs of the graph to use, and their form. @throws Error if the graph lacks them. */
export function tailsOf(
  { id, recipe }: ModelDefinition,
  part: ModelPart,
  model: GraphInterface,
): TailOptions[] {
  const missing = (what: string): Error =>
    new Error(`it has no output with ${what}, only ${outputNames(model)}`);
  const pooled = (names: readonly string[], what: string): TailOptions => {
    const output = pooledOutput(model, names);
    if (output === undefined) throw missing(what);
    return { kind: 'pooled', output };
  };
  switch (recipe.kind) {
    case 'text': {
      // Token vectors serve single vectors, spans and tokens, so they are preferred to pooled outputs.
      const tokens = tokenOutput(model);
      const { graphPools } = recipe;
      if (tokens !== undefined && graphPools) {
        const output = namedOutput(model, recipe.pooledOutputs ?? []);
        if (output !== undefined) return [{ kind: 'pooled', output }];
        if (graphPools.otherwise !== undefined) throw cannotPool(id, graphPools.otherwise, model);
      }
      if (tokens !== undefined) return [{ kind: 'pool', output: tokens }];
      return [pooled(recipe.pooledOutputs ?? [], 'one vector per token or text')];
    }
    case 'colbert': {
      const output = tokenOutput(model);
      if (output === undefined) throw missing('one vector per token');
      return [{ kind: 'tokens', output }];
    }
    case 'clip':
      return part.tower === 'image'
        ? [pooled(recipe.imageOutputs, 'a picture’s vector')]
        : [pooled(recipe.textOutputs, 'a text’s vector')];
    case 'pairs':
      return [pooled(['logits'], 'one logit per pair')];
    case 'listwise':
      return [pooled(['scores'], 'one score per document')];
  }
}

/** The error for token vectors that are combined into a text's vector in an unsupported way. */
const cannotPool = (id: string, why: string, model: GraphInterface): FoundationError =>
  new FoundationError({
    code: 'MODEL_INVALID',
    message: `${id} cannot be used: ${why}. The engine supports cls, mean and lasttoken pooling only, and the graph has no output sentence_embedding that includes the other steps, only ${outputNames(model)}. Export the graph with it.`,
    param: 'models',
  });
