export { type DefineOptions, defineModel, defineTokenizer, ownModel } from './define-model.ts';
