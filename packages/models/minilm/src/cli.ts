/** Builds the embedded model's folder: `cli.ts [--dtype q8|q8e4|fp16|fp32]… [--out DIR] [--force]`; default q8, q8e4, fp16. */

import { runBuildCommand } from '@nearfield/model-kit';
import { buildMiniLM } from './build.ts';

await runBuildCommand(buildMiniLM);
