/** `npm run bench [-- --quick …]`: the options are those of e2e/bench/run.ts. */
await import('../../e2e/bench/run.ts');
