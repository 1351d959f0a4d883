export { applyAdditions, type ByteEdit, type ModelAddition, modelCapacity } from './addition.ts';
export { type DetachedModel, detachWeights } from './detach-weights.ts';
export { hiddenExternalTensor } from './external-tensors.ts';
export { floatToHalf, fromHalf, halfToFloat, toHalf } from './half.ts';
export { keepOutputs, weightBytes } from './keep-outputs.ts';
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
} from './model.ts';
export { type PerTokenRewrite, rewritePerToken } from './per-token.ts';
export { ProtobufError } from './protobuf.ts';
export { rewriteSlowKernels, type SlowKernelRewrite } from './slow-kernels.ts';
export { createTail, type Tail, type TailKind, type TailOptions } from './tail.ts';
export { type ElementType, elementTypeName, elementTypes, rawByteLength } from './types.ts';
export {
  type AttributeValue,
  type Dimension,
  type EncodedNode,
  type ExternalData,
  encodeAddition,
  encodeModel,
  externalTensor,
  FloatAttribute,
  float,
  GraphBuilder,
  type GraphOptions,
  int64Tensor,
  type ModelOptions,
  type NodeDescription,
  type NodeOptions,
  type TensorData,
  type TensorValue,
  tensor,
  type ValueDescription,
  writeModel,
} from './writer.ts';
