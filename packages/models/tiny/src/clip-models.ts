/** Tiny CLIP models: two towers in two files, or fused in one. */
import { ELEMENT_TYPES, fromHalf, GraphBuilder, tensor, toHalf } from '@nearfield/onnx';
import { graphFile, jsonFile, tokenizerFiles } from './files.ts';
import { TransformerGraph } from './graph.ts';
import { apply, cutAndScale, forward, mean } from './reference.ts';
import { sequenceOf, type TinyModel } from './text-models.ts';
import { wordPiece } from './tokenizers/word-piece.ts';
import { xlmRoberta } from './tokenizers/xlm-roberta.ts';
import { type Linear, linear, SMALL, transformer } from './transformer.ts';
import type { WeightSource } from './weights.ts';

export interface TinyClip extends TinyModel {
  /** Side of a picture in pixels. */
  readonly side: number;
  text(text: string, dimensions?: number): number[];
  /** A picture's preprocessed values [3, side, side]. */
  image(pixels: ArrayLike<number>, dimensions?: number): number[];
}

const DIMENSIONS = 24;
const PATCH = 8;

interface Vision {
  side: number;
  patches: Linear;
  project: Linear;
}

/** Patches mapped to vectors, a bend, their mean, a projection: enough for every pixel to count. */
function vision(source: WeightSource, side: number): Vision {
  return {
    side,
    patches: linear(source, 'patches', 3 * PATCH * PATCH, 32),
    project: linear(source, 'vision_project', 32, DIMENSIONS),
  };
}

function visionVector(graph: GraphBuilder, { patches, project }: Vision, pixels: string): string {
  const { rows, columns, values } = patches.weight;
  // A convolution's kernels are the columns of the matrix.
  const kernels = Float32Array.from(
    { length: rows * columns },
    (_, index) => values[(index % rows) * columns + Math.floor(index / rows)]!,
  );
  const mapped = graph.op(
    'Conv',
    [
      pixels,
      graph.constant('kernels', tensor('float32', [columns, 3, PATCH, PATCH], kernels)),
      graph.constant('kernel_bias', tensor('float32', [columns], patches.bias)),
    ],
    { attributes: { strides: [PATCH, PATCH], kernel_shape: [PATCH, PATCH] } },
  );
  const bent = graph.op('Relu', [mapped]);
  const pooled = graph.op('ReduceMean', [bent], { attributes: { axes: [2, 3], keepdims: 0 } });
  const weight = graph.constant(
    'vision_project',
    tensor('float32', [project.weight.rows, DIMENSIONS], project.weight.values),
  );
  const bias = graph.constant('vision_bias', tensor('float32', [DIMENSIONS], project.bias));
  return graph.op('Add', [graph.op('MatMul', [pooled, weight]), bias]);
}

function writeOutputs(graph: GraphBuilder, vector: string, [plain, scaled]: string[]): void {
  graph.op('Identity', [vector], { output: plain! });
  graph.output(plain!, 'float32', [`${plain}_batch`, DIMENSIONS]);
  if (!scaled) return;
  const length = graph.op('ReduceL2', [vector], { attributes: { axes: [-1], keepdims: 1 } });
  graph.op('Div', [vector, length], { output: scaled });
  graph.output(scaled, 'float32', [`${plain}_batch`, DIMENSIONS]);
}

function see({ side, patches, project }: Vision, pixels: ArrayLike<number>): number[] {
  const rows: number[][] = [];
  for (let top = 0; top < side; top += PATCH) {
    for (let left = 0; left < side; left += PATCH) {
      const patch: number[] = [];
      for (let channel = 0; channel < 3; channel++) {
        for (let y = 0; y < PATCH; y++) {
          for (let x = 0; x < PATCH; x++) patch.push(pixels[(channel * side + top + y) * side + left + x]!);
        }
      }
      rows.push(apply(patches, patch).map((value) => Math.max(0, value)));
    }
  }
  return apply(project, mean(rows));
}

const preprocessor = (side: number): object => ({
  image_processor_type: 'JinaCLIPImageProcessor',
  size: side,
  resize_mode: 'shortest',
  interpolation: 'bicubic',
  mean: [0.48145466, 0.4578275, 0.40821073],
  std: [0.26862954, 0.26130258, 0.27577711],
});

/** Adds the pooled and projected text output to a graph. The graph has no mask: padding would be read as text. */
function textHead(tiny: TransformerGraph, project: Linear): string {
  return tiny.linear(tiny.meanPooled(), project);
}

/**
 * jina-clip-v1: WordPiece; `text_model` and `vision_model`.
 * @param half whether pictures are read in half precision, as some float16 exports do.
 */
export function tinyClipV1(half = false): TinyClip {
  const side = 32;
  const tokenizer = wordPiece();
  const model = transformer({ ...SMALL, vocabulary: tokenizer.vocabulary, seed: 81 });
  const project = linear(model.source, 'text_project', model.shape.hidden, DIMENSIONS);
  const eyes = vision(model.source, side);
  const text = new TransformerGraph(model, {});
  writeOutputs(text.graph, textHead(text, project), ['text_embeds']);
  const image = new GraphBuilder('vision');
  const pixels = image.input('pixel_values', half ? 'float16' : 'float32', ['pictures', 3, side, side]);
  const floats = half ? image.op('Cast', [pixels], { attributes: { to: ELEMENT_TYPES.float32 } }) : pixels;
  writeOutputs(image, visionVector(image, eyes, floats), ['image_embeds']);
  const asRead = (values: ArrayLike<number>): ArrayLike<number> => (half ? fromHalf(toHalf(values)) : values);
  return {
    like: 'jina-clip-v1',
    tokenizer,
    dimensions: DIMENSIONS,
    side,
    files: [
      jsonFile('config.json', { model_type: 'jina_clip', max_position_embeddings: 512 }),
      jsonFile('preprocessor_config.json', preprocessor(side)),
      ...tokenizerFiles(tokenizer),
      graphFile('onnx/text_model.onnx', text.graph),
      graphFile('onnx/vision_model.onnx', image),
    ],
    text: (words, dimensions) =>
      cutAndScale(apply(project, mean(forward(model, sequenceOf(tokenizer, words)))), dimensions),
    image: (values, dimensions) => cutAndScale(see(eyes, asRead(values)), dimensions),
  };
}

/**
 * jina-clip-v2: Unigram; both towers in one graph that always wants both inputs.
 * @param entangled whether each output also reads the other's input, without a change to its value.
 */
export function tinyClipV2(entangled = false): TinyClip {
  const side = 48;
  const tokenizer = xlmRoberta();
  const model = transformer({ ...SMALL, vocabulary: tokenizer.vocabulary, seed: 82 });
  const project = linear(model.source, 'text_project', model.shape.hidden, DIMENSIONS);
  const eyes = vision(model.source, side);
  const tiny = new TransformerGraph(model, {});
  const { graph } = tiny;
  const pixels = graph.input('pixel_values', 'float32', ['pictures', 3, side, side]);
  // Nothing times whatever the other input holds.
  const nothingOf = (values: string): string =>
    graph.op('Mul', [
      graph.op('ReduceSum', [values, ''], { attributes: { keepdims: 0 } }),
      tiny.scalar('nothing', 0),
    ]);
  const tie = (vector: string, other: () => string): string =>
    entangled ? graph.op('Add', [vector, nothingOf(other())]) : vector;
  const text = tie(textHead(tiny, project), () => pixels);
  const image = tie(visionVector(graph, eyes, pixels), () =>
    graph.op('Cast', [tiny.inputIds], { attributes: { to: ELEMENT_TYPES.float32 } }),
  );
  writeOutputs(graph, text, ['text_embeddings', 'l2norm_text_embeddings']);
  writeOutputs(graph, image, ['image_embeddings', 'l2norm_image_embeddings']);
  return {
    like: 'jina-clip-v2',
    tokenizer,
    dimensions: DIMENSIONS,
    side,
    files: [
      jsonFile('config.json', { model_type: 'jina_clip', text_config: { max_position_embeddings: 512 } }),
      jsonFile('preprocessor_config.json', preprocessor(side)),
      ...tokenizerFiles(tokenizer),
      graphFile('onnx/model.onnx', tiny.graph),
    ],
    text: (words, dimensions) =>
      cutAndScale(apply(project, mean(forward(model, sequenceOf(tokenizer, words)))), dimensions),
    image: (pixels, dimensions) => cutAndScale(see(eyes, pixels), dimensions),
  };
}
