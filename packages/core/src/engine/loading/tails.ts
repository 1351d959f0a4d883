import type { TailOptions } from '@nearfield/onnx';
import type { ModelDefinition, ModelPart } from '../../models/definition.ts';
import type { GraphInterface } from '../runtime/session.ts';
import { outputNames, pooledOutput, tokenOutput } from './graph.ts';

/** Which outputs of the graph are wanted, and in which form. @throws Error if it has not got them. */
export function tailsOf({ recipe }: ModelDefinition, part: ModelPart, model: GraphInterface): TailOptions[] {
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
