/**
 * `npm run bench -- pack OUT [--model tiny]`: a folder that measures Nearfield and its peers on a GPU of a machine without
 * network and npm. It holds the page, the peers, the runtimes, a model and a start script.
 */
import { cp, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';
import { Tokenizer } from '@huggingface/tokenizers';
import { readSource, SafeTensors, tokenizerFiles } from '@nearfield/model-kit';
import { tinyMiniLM } from '@nearfield/model-tiny';
import { build } from 'vite';
import type { BertConfig } from '../../packages/models/minilm/src/bert.ts';
import { ReferenceBert } from '../../packages/models/minilm/src/reference.ts';
import { taskArguments, UsageError } from '../../tooling/arguments.ts';
import { buildBenchPage, pageOutput } from './build.ts';
import { buildModel, modelDirectory } from './models.ts';
import type { Pack } from './pack/plan.ts';

const USAGE = `npm run bench -- pack OUT [options]: a folder that measures on another machine, without network and npm

Options:
  --model tiny   two layers with weights from a seed, for an adapter in software (default: all-MiniLM-L6-v2)`;

/** Most bytes that a folder may have. */
const LARGEST = 60e6;
/** Files above this size are compressed; the server sends them as they are. */
const COMPRESSED_FROM = 200_000;

const TEXTS = [
  'hello world',
  'A browser can find the right passage by itself.',
  'What is the capital of France?',
  'Order 66123 was shipped on 12 March 2024 and has not arrived.',
  'Photosynthesis turns light, water and carbon dioxide into sugar and oxygen; it happens in chloroplasts.',
];

const { values, positionals } = taskArguments(
  USAGE,
  { allowPositionals: true, options: { model: { type: 'string' } } },
  (parsed) => {
    if (parsed.positionals.length !== 1) throw new UsageError('Name one folder: npm run bench -- pack OUT');
    const { model } = parsed.values;
    if (model !== undefined && model !== 'tiny' && model !== 'all-MiniLM-L6-v2') {
      throw new UsageError('--model is all-MiniLM-L6-v2 or tiny.');
    }
  },
);

const out = resolve(positionals[0]!);
const isTiny = values.model === 'tiny';

await mkdir(out, { recursive: true });
if ((await readdir(out)).length > 0) throw new UsageError(`${out} is not empty.`);
await buildBenchPage();
await copyPage();
await writeFile(join(out, 'pack.json'), JSON.stringify(isTiny ? await tinyPack() : await miniLMPack()));
await bundleStart();
await writeFile(join(out, 'README.txt'), `${startText()}\n`);
const bytes = await sizeOf(out);
if (bytes > LARGEST)
  throw new Error(`${out} has ${(bytes / 1e6).toFixed(1)} MB, more than ${LARGEST / 1e6}.`);
console.log(`${out}: ${(bytes / 1e6).toFixed(1)} MB`);

/** The page, its large files compressed. */
async function copyPage(): Promise<void> {
  const compress = promisify(brotliCompress);
  for (const name of await readdir(pageOutput, { recursive: true })) {
    const file = join(pageOutput, name);
    const found = await stat(file);
    if (!found.isFile()) continue;
    const target = join(out, 'page', name);
    await mkdir(join(target, '..'), { recursive: true });
    if (found.size < COMPRESSED_FROM) await cp(file, target);
    else {
      const content = await readFile(file);
      const params = {
        [constants.BROTLI_PARAM_QUALITY]: 9,
        [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
      };
      await writeFile(`${target}.br`, await compress(content, { params }));
    }
  }
}

async function tinyPack(): Promise<Pack> {
  await buildModel('tiny');
  await cp(modelDirectory('tiny'), join(out, 'models/tiny'), { recursive: true });
  const { embed } = tinyMiniLM();
  return { model: 'tiny', dtypes: ['fp32'], goldens: TEXTS.map((text) => ({ text, vector: embed(text) })) };
}

/** The model's source, in float16: its files are written where it runs. */
async function miniLMPack(): Promise<Pack> {
  const source = await readSource();
  await mkdir(join(out, 'source'), { recursive: true });
  await writeFile(join(out, 'source/config.json'), source.config);
  await writeFile(join(out, 'source/tokenizer.json'), source.tokenizer);
  await writeFile(join(out, 'source/model.fp16.safetensors'), source.weights);
  const files = tokenizerFiles(source);
  const tokenizer = new Tokenizer(
    JSON.parse(files['tokenizer.json']!) as object,
    JSON.parse(files['tokenizer_config.json']!) as object,
  );
  const reference = new ReferenceBert(
    new SafeTensors(source.weights),
    JSON.parse(source.config) as BertConfig,
  );
  const goldens = TEXTS.map((text) => ({
    text,
    vector: Array.from(reference.embed(tokenizer.encode(text).ids)),
  }));
  return { model: 'all-MiniLM-L6-v2', dtypes: ['fp32', 'fp16'], goldens };
}

/** The start script as one file. */
async function bundleStart(): Promise<void> {
  await build({
    configFile: false,
    logLevel: 'warn',
    root: fileURLToPath(new URL('./pack/', import.meta.url)),
    resolve: { conditions: ['@nearfield/source'] },
    ssr: { noExternal: true, resolve: { conditions: ['@nearfield/source'] } },
    build: {
      ssr: fileURLToPath(new URL('./pack/start.ts', import.meta.url)),
      outDir: out,
      emptyOutDir: false,
      target: 'node20',
      rollupOptions: { output: { entryFileNames: 'start.mjs' } },
    },
  });
}

async function sizeOf(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true });
  const sizes = await Promise.all(names.map(async (name) => stat(join(folder, name))));
  return sizes.reduce((sum, found) => sum + (found.isFile() ? found.size : 0), 0);
}

function startText(): string {
  return `Measures Nearfield, transformers.js and onnxruntime-web on this machine's GPU. It needs Node 20 and a Chromium, no
network and no packages:

    node start.mjs --browser /path/to/chromium --json report.json

On Linux with an NVIDIA GPU, VK_DRIVER_FILES names the driver's ICD file and libvulkan1 is installed. --software computes
on the CPU. --minutes ends the run earlier or later than after six. Flags of the browser follow after --.`;
}
