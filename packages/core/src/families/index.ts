export { type DefineOptions, defineModel } from './define-model.ts';
export type {
  ClipRecipe,
  ColbertRecipe,
  ListwiseRecipe,
  PairRecipe,
  Pooling,
  Recipe,
  TextRecipe,
} from './family.ts';
export { recipeOf } from './recipes.ts';
