/**
 * `npm run bench [-- --quick …]`: the options are those of e2e/bench/run.ts. `npm run bench -- search` measures search
 * instead: those of e2e/bench/search.ts. `npm run bench -- pack` makes a folder that measures elsewhere: e2e/bench/pack.ts.
 */
if (process.argv[2] === 'search') {
  process.argv.splice(2, 1);
  await import('../../e2e/bench/search.ts');
} else if (process.argv[2] === 'pack') {
  process.argv.splice(2, 1);
  await import('../../e2e/bench/pack.ts');
} else {
  await import('../../e2e/bench/run.ts');
}
