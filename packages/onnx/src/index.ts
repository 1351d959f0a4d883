export { floatToHalf, fromHalf, halfToFloat, toHalf } from './half.ts';
export { ProtobufError } from './protobuf.ts';
export { hiddenExternalTensor } from './read/external-tensors.ts';
export {
  type AttributeSummary,
  type ByteRange,
  type ModelSummary,
  type NodeSummary,
  readAttributes,
  readModel,
  subgraphOperators,
  type TensorSummary,
  type ValueSummary,
  valueNames,
} from './read/model.ts';
export { tensorBytes, tensorNumbers, type WeightFiles } from './read/tensor-values.ts';
export { applyAdditions, type ByteEdit, type ModelAddition, modelCapacity } from './rewrite/addition.ts';
export {
  ArrivingModel,
  type ArrivingWeight,
  type WeightSink,
} from './rewrite/arriving-weights.ts';
export { type DetachedModel, detachWeights } from './rewrite/detach-weights.ts';
export { keepOutputs, weightBytes } from './rewrite/keep-outputs.ts';
export { type PerTokenRewrite, rewritePerToken } from './rewrite/per-token.ts';
export { rewriteSlowKernels, type SlowKernelRewrite } from './rewrite/slow-kernels.ts';
export { createTail, type Tail, type TailKind, type TailOptions } from './rewrite/tail.ts';
export {
  ELEMENT_TYPES,
  type ElementType,
  type ExternalData,
  elementTypeName,
  rawByteLength,
} from './types.ts';
export { encodeAddition, encodeModel, type ModelOptions, writeModel } from './write/encode.ts';
export {
  type AttributeValue,
  type Dimension,
  type EncodedNode,
  GraphBuilder,
  type GraphOptions,
  type NodeDescription,
  type NodeOptions,
  type ValueDescription,
} from './write/graph-builder.ts';
export {
  externalTensor,
  FloatAttribute,
  float,
  int64Tensor,
  type TensorData,
  type TensorValue,
  tensor,
} from './write/tensor.ts';
