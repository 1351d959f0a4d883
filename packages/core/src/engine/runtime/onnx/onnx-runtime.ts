import { FoundationError } from '@nearfield/spec';
import type { InferenceSession, Tensor, TensorConstructor } from 'onnxruntime-common';
import type { Runtime } from '../runtime.ts';
import { classifyRuntimeError } from '../runtime-errors.ts';
import type { Feeds, Session, SubmittedRun } from '../session.ts';

/** The parts of an onnxruntime module that the engine uses; onnxruntime-web and onnxruntime-node both have them. */
export interface OnnxModule {
  readonly Tensor: TensorConstructor;
  readonly InferenceSession: {
    create(model: Uint8Array, options?: InferenceSession.SessionOptions): Promise<InferenceSession>;
  };
}

/** An onnxruntime module, or what loads it when a first session needs it. */
export type OnnxSource = OnnxModule | (() => Promise<OnnxModule>);

export interface OnnxRuntimeOptions extends Omit<Runtime, 'open'> {
  readonly ort: OnnxSource;
  /** Session options for this device. */
  sessionOptions(): InferenceSession.SessionOptions;
}

/** A runtime whose sessions are those of an onnxruntime module. */
export function onnxRuntime({ ort: source, sessionOptions, ...facts }: OnnxRuntimeOptions): Runtime {
  return {
    ...facts,
    async open({ bytes, externalData }, name) {
      const ort = typeof source === 'function' ? await source() : source;
      try {
        const session = await ort.InferenceSession.create(bytes, {
          ...sessionOptions(),
          // With outputs left on the GPU, a run ends as soon as its commands are submitted.
          ...(facts.device === 'webgpu' && { preferredOutputLocation: 'gpu-buffer' }),
          ...(externalData.length > 0 && { externalData }),
        });
        return new OnnxSession(ort, session, name);
      } catch (cause) {
        throw deviceLacks(cause, name) ?? classifyRuntimeError(cause, `${name} could not be loaded`);
      }
    },
  };
}

class OnnxSession implements Session {
  readonly #ort: OnnxModule;
  readonly #session: InferenceSession;
  readonly #name: string;

  constructor(ort: OnnxModule, session: InferenceSession, name: string) {
    this.#ort = ort;
    this.#session = session;
    this.#name = name;
  }

  async submit(feeds: Feeds, fetches: readonly string[]): Promise<SubmittedRun> {
    let outputs: Record<string, Tensor>;
    try {
      outputs = await this.#session.run(this.#tensors(feeds), fetches);
    } catch (cause) {
      throw (
        deviceLacks(cause, this.#name) ?? classifyRuntimeError(cause, `${this.#name} failed on this input`)
      );
    }
    const tensors = fetches.map((name) => outputs[name]!);
    const onDevice = tensors.filter(({ location }) => location === 'gpu-buffer');
    return {
      values: this.#read(tensors),
      free:
        onDevice.length > 0
          ? () => {
              for (const tensor of onDevice) tensor.dispose();
            }
          : undefined,
    };
  }

  release(): Promise<void> {
    return this.#session.release();
  }

  #tensors(feeds: Feeds): Record<string, Tensor> {
    const { Tensor } = this.#ort;
    return Object.fromEntries(
      Object.entries(feeds).map(([name, { type, data, dims }]) => [name, new Tensor(type, data, dims)]),
    );
  }

  /** Copies outputs from the device. Only JavaScript and the browser take part: another run may be in progress. */
  async #read(tensors: readonly Tensor[]): Promise<Float32Array[]> {
    const copies = await Promise.allSettled(tensors.map((tensor) => tensor.getData()));
    return copies.map((copy) => {
      if (copy.status === 'rejected') throw readFailure(copy.reason, this.#name);
      return copy.value as Float32Array;
    });
  }
}

/**
 * The error for a device that turns out to lack CPU kernels that only the plain wasm build has
 * (`GatherBlockQuantized`), or float16 on a GPU, which shows in the first run. A graph that needs them runs on wasm.
 */
function deviceLacks(cause: unknown, name: string): FoundationError | undefined {
  const text = cause instanceof Error ? cause.message : String(cause);
  const operator = /could not find an implementation for (\w+)/i.exec(text)?.[1];
  const lacking = operator ?? (/requires f16 but/.test(text) ? 'float16 (shader-f16)' : undefined);
  if (lacking === undefined) return undefined;
  return new FoundationError({
    code: 'DEVICE_NOT_AVAILABLE',
    message: `${name} needs ${lacking}, which this device does not have. Use device "wasm", or another dtype.`,
    param: 'device',
    cause,
  });
}

/** The error for a failed readback. The browser's own AbortError must not pass for a caller's abort. */
function readFailure(cause: unknown, name: string): Error {
  const isGone = cause instanceof Error && cause.name === 'AbortError';
  const error = isGone ? new Error(`mapAsync was aborted: ${cause.message}`, { cause }) : cause;
  return classifyRuntimeError(error, `${name}: its results could not be read`);
}
