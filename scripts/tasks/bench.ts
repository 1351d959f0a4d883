/**
 * `npm run bench [-- --quick …]`: the options are those of e2e/bench/run.ts. `npm run bench -- search` measures search
 * instead, `npm run bench -- serve` the API server, `npm run bench -- reader` the reader: their options are those of
 * e2e/bench/search.ts, serve.ts and reader.ts. `npm run bench -- pack` makes a folder that measures elsewhere:
 * e2e/bench/pack.ts.
 */
import { buildEmbeddedModel } from '../embedded-model.ts';

const [, , kind] = process.argv;
if (kind === 'search') {
  process.argv.splice(2, 1);
  await import('../../e2e/bench/search.ts');
} else if (kind === 'serve') {
  process.argv.splice(2, 1);
  await buildEmbeddedModel();
  await import('../../e2e/bench/serve.ts');
} else if (kind === 'reader') {
  process.argv.splice(2, 1);
  await import('../../e2e/bench/reader.ts');
} else if (kind === 'pack') {
  process.argv.splice(2, 1);
  await import('../../e2e/bench/pack.ts');
} else {
  await import('../../e2e/bench/run.ts');
}
