/** The command line of the packages that build a model's folder. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { EncoderPrecision } from './encoder-graph.ts';
import type { BuildResult } from './model-folder.ts';

interface CommandOptions<Dtype extends EncoderPrecision> {
  dtypes?: readonly Dtype[];
  directory?: string;
  force?: boolean;
}

/**
 * Builds by the arguments of this process and prints the files: `[--dtype q8|q8e4|fp16|fp32]… [--out DIR] [--force]`.
 * `--dtype` may repeat or hold a comma-separated list.
 */
export async function runBuildCommand<Dtype extends EncoderPrecision>(
  build: (options: CommandOptions<Dtype>) => Promise<BuildResult>,
): Promise<void> {
  const { values } = parseArgs({
    options: {
      dtype: { type: 'string', multiple: true },
      out: { type: 'string' },
      force: { type: 'boolean' },
    },
  });
  // The build refuses those that it has not.
  const dtypes = values.dtype?.flatMap((dtype) => dtype.split(',')) as Dtype[] | undefined;
  const result = await build({
    ...(dtypes && { dtypes }),
    ...(values.out !== undefined && { directory: resolve(values.out) }),
    ...(values.force !== undefined && { force: values.force }),
  });
  console.log(`${result.rebuilt ? 'Built' : 'Up to date:'} ${result.directory}`);
  for (const { path, size, sha256 } of result.files) {
    console.log(`${sha256}  ${String(size).padStart(9)}  ${path}`);
  }
}
