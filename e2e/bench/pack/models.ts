/** Writes a packed model's files where the benchmark runs: float32 would be 90 MB more of the same numbers. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SafeTensors, tokenizerFiles } from '@nearfield/model-kit';
import { encodeModel } from '@nearfield/onnx';
import { type BertConfig, buildBert } from '../../../packages/models/minilm/src/bert.ts';

/** Names of graphs in the hub's layout. */
const GRAPHS = { fp32: 'model', fp16: 'model_fp16' } as const;

/** Builds all-MiniLM-L6-v2 from its source files in a folder. */
export async function writeMiniLM(source: string, target: string): Promise<void> {
  const read = (name: string): Promise<Buffer> => readFile(join(source, name));
  const [config, tokenizer, bytes] = await Promise.all(
    ['config.json', 'tokenizer.json', 'model.fp16.safetensors'].map(read),
  );
  const weights = new SafeTensors(bytes!);
  await mkdir(join(target, 'onnx'), { recursive: true });
  for (const [dtype, name] of Object.entries(GRAPHS) as ['fp32' | 'fp16', string][]) {
    const graph = buildBert(weights, JSON.parse(config!.toString()) as BertConfig, dtype);
    await writeFile(
      join(target, 'onnx', `${name}.onnx`),
      encodeModel(graph, { opset: 17, producer: 'nearfield' }),
    );
  }
  const files = {
    'config.json': config!.toString(),
    ...tokenizerFiles({ config: config!.toString(), tokenizer: tokenizer!.toString(), weights: bytes! }),
  };
  for (const [name, content] of Object.entries(files)) await writeFile(join(target, name), content);
}
