/**
 * `npm run bench [-- --quick …]`: the options are those of e2e/bench/run.ts. `npm run bench -- search` measures search
 * instead: those of e2e/bench/search.ts. `npm run bench -- reader` measures the reader: those of e2e/bench/reader.ts.
 */
if (process.argv[2] === 'search') {
  process.argv.splice(2, 1);
  await import('../../e2e/bench/search.ts');
} else if (process.argv[2] === 'reader') {
  process.argv.splice(2, 1);
  await import('../../e2e/bench/reader.ts');
} else {
  await import('../../e2e/bench/run.ts');
}
