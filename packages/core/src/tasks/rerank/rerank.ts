import type { CallOptions } from '@nearfield/spec';
import { notSupported } from '@nearfield/spec/implement';
import type { Engine } from '../../engine/engine.ts';
import type { RerankTexts, TextScores } from '../../requests/rerank.ts';
import { crossEncoderScores } from './cross-encoder.ts';
import { lateInteractionScores } from './late-interaction.ts';
import { listwiseScores } from './listwise.ts';

/**
 * Scores documents by their relevance to a query, with the method of the model's family.
 * @throws FoundationError NOT_SUPPORTED if the model ranks nothing; those of its family and of loading.
 */
export function scoreTexts(engine: Engine, request: RerankTexts, options: CallOptions): Promise<TextScores> {
  const { recipe, id } = engine.models.definition(request.model);
  switch (recipe.kind) {
    case 'pairs':
      return crossEncoderScores(engine, request, options);
    case 'colbert':
    case 'text':
      return lateInteractionScores(engine, request, options);
    case 'listwise':
      return listwiseScores(engine, request, options);
    case 'clip':
      throw notSupported('rerank', `${id} embeds texts and images.`, 'Compare its embeddings.');
  }
}
