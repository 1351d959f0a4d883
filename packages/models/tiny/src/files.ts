import { encodeModel, externalTensor, type GraphBuilder } from '@nearfield/onnx';
import type { TinyTokenizer } from './tokenizers/shared.ts';

/** A file of a model by its path in the hub's layout. */
export interface TinyFile {
  readonly path: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export const jsonFile = (path: string, value: object): TinyFile => ({
  path,
  bytes: new TextEncoder().encode(JSON.stringify(value)),
});

export const tokenizerFiles = ({ json, config }: TinyTokenizer): TinyFile[] => [
  jsonFile('tokenizer.json', json),
  jsonFile('tokenizer_config.json', config),
];

/** A graph as one file. */
export const graphFile = (path: string, graph: GraphBuilder): TinyFile => ({
  path,
  bytes: encodeModel(graph, { opset: 17, producer: 'tiny' }),
});

/** A graph whose larger weights lie in a second file `…_data` beside it. */
export function graphWithData(path: string, graph: GraphBuilder): TinyFile[] {
  const location = `${path.slice(path.lastIndexOf('/') + 1)}_data`;
  const data: number[] = [];
  for (const [index, { name, value }] of graph.initializers.entries()) {
    if (!value.data || value.data.length < 256) continue;
    graph.initializers[index] = {
      name,
      value: externalTensor(value.type, value.dims, {
        location,
        offset: data.length,
        length: value.data.length,
      }),
    };
    // One by one: a table's bytes are more than a call takes arguments.
    for (const byte of value.data) data.push(byte);
  }
  return [graphFile(path, graph), { path: `${path}_data`, bytes: Uint8Array.from(data) }];
}

/** A model's files as the browser gives picked files. Their names are paths within the model. */
export const toFiles = (files: readonly TinyFile[]): File[] =>
  files.map(({ path, bytes }) => new File([bytes], path));
