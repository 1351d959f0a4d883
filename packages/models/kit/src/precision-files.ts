/** A model folder's graphs, one file a precision. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type GraphBuilder, writeModel } from '@nearfield/onnx';
import type { EncoderPrecision } from './encoder-graph.ts';
import { type BuildResult, type FileContent, fillModelFolder } from './model-folder.ts';

/** Path of each precision, as on the model hub. */
const MODEL_PATHS: Readonly<Record<EncoderPrecision, string>> = {
  q8: 'onnx/model_quantized.onnx',
  q8e4: 'onnx/model_q8e4.onnx',
  fp16: 'onnx/model_fp16.onnx',
  fp32: 'onnx/model.onnx',
};

/** Files built from a model's source. */
interface ModelBuild {
  graph(precision: EncoderPrecision): GraphBuilder;
  /** Further files by their paths. */
  files(graphPaths: readonly string[]): Readonly<Record<string, FileContent>>;
}

/** Options of {@link buildModelFolder}. */
export interface ModelFolderOptions {
  readonly directory: string;
  /** Default `['q8', 'fp16']`. */
  readonly dtypes?: readonly EncoderPrecision[] | undefined;
  /** Precisions that the model can be built in. Default: all but `q8e4`. */
  readonly offered?: readonly EncoderPrecision[] | undefined;
  readonly force?: boolean | undefined;
  /** Changes whenever the same build would write other bytes. */
  readonly fingerprint: string;
  /** Name of the source, for the graphs' metadata. */
  readonly source: string;
  /** Reads what the folder is built from; not called when the folder is up to date. */
  readonly read: () => Promise<ModelBuild>;
}

/**
 * Fills a model's folder in the hub's layout, with a manifest; see {@link fillModelFolder}.
 * @throws {Error} for a precision that there is not; what `read` throws.
 */
export async function buildModelFolder(options: ModelFolderOptions): Promise<BuildResult> {
  const { directory, force, fingerprint, source } = options;
  const dtypes = [...new Set(options.dtypes ?? (['q8', 'fp16'] as const))].sort();
  const offered = options.offered ?? (['q8', 'fp16', 'fp32'] as const);
  const unknown = dtypes.find((dtype) => !offered.includes(dtype));
  if (unknown !== undefined) throw new Error(`Unknown dtype ${unknown}: use ${offered.join(', ')}`);
  return fillModelFolder({
    directory,
    dtypes,
    force,
    fingerprint,
    write: async (put) => {
      const { graph, files } = await options.read();
      for (const dtype of dtypes) {
        const model = writeModel(graph(dtype), {
          opset: 17,
          producer: 'nearfield',
          metadata: { source, license: 'apache-2.0' },
        });
        await put(MODEL_PATHS[dtype], model.chunks());
      }
      const others = files(dtypes.map((dtype) => MODEL_PATHS[dtype]));
      for (const [path, content] of Object.entries(others)) await put(path, content);
      for (const [dtype, path] of Object.entries(MODEL_PATHS)) {
        if (!dtypes.includes(dtype as EncoderPrecision)) await rm(join(directory, path), { force: true });
      }
    },
  });
}
