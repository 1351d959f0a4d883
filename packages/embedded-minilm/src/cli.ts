/** Builds the embedded model's folder: `cli.ts [--dtype q8|fp16|fp32]… [--out DIR] [--force]`; default q8 and fp16. */
import { buildEmbeddedMiniLM } from './build.ts';
import { runBuildCommand } from './build-command.ts';

await runBuildCommand(buildEmbeddedMiniLM);
