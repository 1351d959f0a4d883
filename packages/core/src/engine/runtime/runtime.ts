import type { Device, DeviceReport, Dtype } from '@nearfield/spec';
import type { InferenceSession, TensorConstructor } from 'onnxruntime-common';

/** The parts of an onnxruntime module that the engine uses; onnxruntime-web and onnxruntime-node both have them. */
export interface OnnxRuntime {
  readonly Tensor: TensorConstructor;
  readonly InferenceSession: {
    create(model: Uint8Array, options?: InferenceSession.SessionOptions): Promise<InferenceSession>;
  };
}

/** An onnxruntime that is ready to make sessions on one device. */
export interface Runtime {
  readonly ort: OnnxRuntime;
  readonly device: Device;
  readonly report: DeviceReport;
  /** Session options for this device. */
  sessionOptions(): InferenceSession.SessionOptions;
  /** Whether sessions take weights as external data from memory: onnxruntime-web does, onnxruntime-node not. */
  readonly externalWeights: boolean;
  /** Whether its kernels of LayerNormalization and GELU are not vectorised, as in the WebAssembly build. */
  readonly hasSlowKernels: boolean;
  /** Precisions this device runs well, best first. */
  readonly dtypes: readonly Dtype[];
  /** Resolves when the device is gone and the runtime with it; never for a CPU. */
  readonly lost: Promise<string>;
  /** Ends the device. */
  dispose(): void;
}
