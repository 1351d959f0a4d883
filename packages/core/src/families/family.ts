import type { Dtype } from '@nearfield/spec';

/** Which token vectors make the text's vector. */
export type Pooling = 'mean' | 'first' | 'last';

/** How one family of text encoders is used: everything that differs between model families. */
export interface TextEncoderFamily {
  readonly pooling: Pooling;
  /** Name of the output with one vector a token; undefined: the first output of rank 3. */
  readonly hiddenOutput?: string | undefined;
  /** What is put before a text for a task. */
  prompt(task: string | undefined): string;
}

/** File name endings of the hub's layout, as the exporters of ONNX models for the web write them. */
const DTYPE_SUFFIX: Record<Dtype, string> = {
  fp32: '',
  fp16: '_fp16',
  q8: '_quantized',
  int8: '_int8',
  uint8: '_uint8',
  q4: '_q4',
  q4f16: '_q4f16',
  bnb4: '_bnb4',
};

/** Path of a graph in the hub's layout, such as `onnx/model_quantized.onnx`. */
export function graphPath(dtype: Dtype, name = 'model'): string {
  return `onnx/${name}${DTYPE_SUFFIX[dtype]}.onnx`;
}
