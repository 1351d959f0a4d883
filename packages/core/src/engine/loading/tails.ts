import type { TailOptions } from '@nearfield/onnx';
import { FoundationError } from '@nearfield/spec';
import type { ModelDefinition, ModelPart } from '../../models/definition.ts';
import type { GraphInterface } from '../runtime/session.ts';
import { namedOutput, outputNames, pooledOutput, tokenOutput } from './graph.ts';

/** Which outputs of the graph are wanted, and in which form. @throws Error if it has not got them. */
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
      // Token vectors serve single vectors, spans and tokens; they are preferred to what the graph pooled.
      const tokens = tokenOutput(model);
      const { graphPools } = recipe;
      if (tokens !== undefined && graphPools) {
        const output = namedOutput(model, recipe.pooledOutputs ?? []);
        if (output !== undefined) return [{ kind: 'pooled', output }];
        if (graphPools.otherwise !== undefined) throw cannotPool(id, graphPools.otherwise, model);
      }
      if (tokens !== undefined) return [{ kind: 'pool', output: tokens }];
      return [pooled(recipe.pooledOutputs ?? [], 'one vector a token or a text')];
    }
    case 'colbert': {
      const output = tokenOutput(model);
      if (output === undefined) throw missing('one vector a token');
      return [{ kind: 'tokens', output }];
    }
    case 'clip':
      return part.tower === 'image'
        ? [pooled(recipe.imageOutputs, 'a picture’s vector')]
        : [pooled(recipe.textOutputs, 'a text’s vector')];
    case 'pairs':
      return [pooled(['logits'], 'one logit a pair')];
    case 'listwise':
      return [pooled(['scores'], 'one score a document')];
  }
}

/** The error for token vectors that become a text's vector in a way that the engine does not have. */
const cannotPool = (id: string, why: string, model: GraphInterface): FoundationError =>
  new FoundationError({
    code: 'MODEL_INVALID',
    message: `${id} cannot be used: ${why}. Here token vectors become a text's vector by cls, mean or lasttoken pooling alone, and the graph has no output sentence_embedding that does the rest, only ${outputNames(model)}. Export the graph with it.`,
    param: 'models',
  });
