export { defineModel } from './define-model.ts';
