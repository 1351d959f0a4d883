export { type DefineOptions, defineModel, defineTokenizer } from './define-model.ts';
