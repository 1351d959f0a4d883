/**
 * `npm run bench [-- --quick …]`: the options are those of e2e/bench/run.ts. `npm run bench -- search` measures search
 * instead, and `npm run bench -- serve` the API server: their options are those of e2e/bench/search.ts and serve.ts.
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
} else {
  await import('../../e2e/bench/run.ts');
}
