/** Builds the reranker's folder: `cli.ts [--dtype q8|fp16|fp32]… [--out DIR] [--force]`; default q8 and fp16. */
import { runBuildCommand } from '@nearfield/model-kit';
import { buildMiniLMReranker } from './build.ts';

await runBuildCommand(buildMiniLMReranker);
