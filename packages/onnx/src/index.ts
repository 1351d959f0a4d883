export * from './half.ts';
