export { floatToHalf, fromHalf, halfToFloat, toHalf } from './half.ts';
export { type ElementType, elementTypeName, elementTypes, rawByteLength } from './types.ts';
export {
  type AttributeValue,
  type Dimension,
  type ExternalData,
  encodeAddition,
  encodeModel,
  externalTensor,
  FloatAttribute,
  float,
  GraphBuilder,
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
