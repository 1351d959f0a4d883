/**
 * Builds the reranker's folder: `cli.ts [--dtype q8|fp16|fp32]… [--out DIR] [--force]`.
 * `--dtype` may repeat or hold a comma-separated list; default q8 and fp16.
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { buildMiniLMReranker, type MiniLMRerankerDtype } from './build.ts';

const { values } = parseArgs({
  options: {
    dtype: { type: 'string', multiple: true },
    out: { type: 'string' },
    force: { type: 'boolean' },
  },
});
const dtypes = values.dtype?.flatMap((dtype) => dtype.split(',')) as MiniLMRerankerDtype[] | undefined;
const result = await buildMiniLMReranker({
  ...(dtypes && { dtypes }),
  ...(values.out !== undefined && { directory: resolve(values.out) }),
  ...(values.force !== undefined && { force: values.force }),
});
console.log(`${result.rebuilt ? 'Built' : 'Up to date:'} ${result.directory}`);
for (const { path, size, sha256 } of result.files) {
  console.log(`${sha256}  ${String(size).padStart(9)}  ${path}`);
}
