import { encodeModel, GraphBuilder } from '@nearfield/onnx';
import { FoundationError } from '@nearfield/spec';
import { shortened } from '@nearfield/spec/implement';
import {
  type Expected,
  type Fault,
  faultOf,
  forbidden,
  RECIPES,
  type Refusal,
  WORKER_SCRIPT,
  watchRefusals,
} from '../boundary/missing-file.ts';
import { trustedScript } from '../boundary/trusted-script.ts';
import type { OnnxModule } from '../engine/runtime/onnx/onnx-runtime.ts';
import type { StartOnnx } from '../engine/runtime/onnx/wasm.ts';
import { classifyRuntimeError } from '../engine/runtime/runtime-errors.ts';

/** What {@link startRuntime} starts. */
export interface StartedRuntime {
  readonly ort: OnnxModule;
  /** Addresses of onnxruntime's two files, as it was given them. */
  readonly files: { mjs: string; wasm: string };
  readonly sessionOptions: Parameters<StartOnnx>[0];
}

/** What onnxruntime says when its files, and not a model, are what failed. */
const NOT_STARTED = /no available backend found/i;

/**
 * Starts onnxruntime's WebAssembly with a graph that does nothing.
 * @throws FoundationError RUNTIME_NOT_AVAILABLE that names the file at fault; its `param` is `threads` if one thread
 * would do without. OUT_OF_MEMORY, DEVICE_LOST. The realm cannot be started again then.
 */
export async function startRuntime({ ort, files, sessionOptions }: StartedRuntime): Promise<void> {
  const { refusals, stop } = watchRefusals();
  const threads = watchThreads();
  try {
    const session = await Promise.race([
      ort.InferenceSession.create(smallestModel(), sessionOptions()),
      threads.failed,
    ]);
    await session.release();
  } catch (cause) {
    if (cause instanceof ThreadFailed) throw await threadsFault(files.mjs, refusals);
    // What fails later than the runtime's own start shows with a model.
    if (!NOT_STARTED.test(String(cause))) return;
    const known = classifyRuntimeError(cause, 'onnxruntime could not be started');
    if (FoundationError.isInstance(known) && known.code !== 'MODEL_INVALID') throw known;
    throw await runtimeFault(files, refusals, cause);
  } finally {
    threads.stop();
    stop();
  }
}

/** A graph that does nothing. */
function smallestModel(): Uint8Array {
  const graph = new GraphBuilder('nothing');
  graph.op('Identity', [graph.input('x', 'float32', [1])], { output: 'y' });
  graph.output('y', 'float32', [1]);
  return encodeModel(graph, { opset: 17 });
}

class ThreadFailed extends Error {}

/**
 * Hears of threads that do not start. onnxruntime waits for them for ever, and nobody else makes workers in here.
 */
function watchThreads(): { failed: Promise<never>; stop: () => void } {
  const Original = globalThis.Worker;
  if (typeof Original === 'undefined') return { failed: new Promise(() => {}), stop: () => {} };
  let isOver = false;
  let fail: (error: Error) => void;
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failed.catch(() => {});
  globalThis.Worker = class extends Original {
    constructor(url: string | URL, options?: WorkerOptions) {
      super(trustedScript(url), options);
      this.addEventListener('error', (event) => {
        if (isOver) return;
        event.preventDefault();
        fail(new ThreadFailed());
      });
    }
  };
  return {
    failed,
    stop: () => {
      isOver = true;
      globalThis.Worker = Original;
    },
  };
}

/** Whether the policy lets this realm compile WebAssembly at all: asked with the shortest module there is. */
async function mayCompile(): Promise<boolean> {
  try {
    await WebAssembly.compile(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
    return true;
  } catch {
    return false;
  }
}

/** WebAssembly, whatever its type: only its compilation while it arrives needs the right one. */
const WASM: Expected = {
  isScript: false,
  inspect: (_response, bytes, instead) => {
    const isWasm = [0, 0x61, 0x73, 0x6d].every((byte, at) => bytes[at] === byte);
    if (isWasm && WebAssembly.validate(bytes)) return undefined;
    if (isWasm) return { why: `is damaged or cut off (${bytes.length} bytes came)`, passing: false };
    return { why: instead ?? 'is something else than WebAssembly', passing: false };
  },
};

/** A script that is cut off has the right type, and cannot be read or gives nothing. */
const moduleScript = (url: string): Expected => ({
  isScript: true,
  inspect: async () => {
    let why = 'it gives nothing';
    try {
      // Under another name: a realm remembers a module that it could not read.
      const module = (await import(/* @vite-ignore */ /* webpackIgnore: true */ `${url}#again`)) as {
        default?: unknown;
      };
      if (typeof module.default === 'function') return undefined;
    } catch (error) {
      why = error instanceof Error ? error.message : String(error);
    }
    return { why: `is damaged or cut off: ${why}`, passing: false };
  },
});

const absolute = (url: string): string => new URL(url, location.href).href;

function notAvailable(url: string, { why, passing }: Fault, cause?: unknown): FoundationError {
  return new FoundationError({
    code: 'RUNTIME_NOT_AVAILABLE',
    message: `onnxruntime cannot start: its file ${url} ${why}. The models are not at fault. Recipes: ${RECIPES}`,
    retryable: passing,
    cause,
  });
}

async function runtimeFault(
  files: { mjs: string; wasm: string },
  refusals: readonly Refusal[],
  cause: unknown,
): Promise<FoundationError> {
  const mjs = absolute(files.mjs);
  const wasm = absolute(files.wasm);
  if (typeof WebAssembly === 'undefined') {
    return notAvailable(wasm, {
      why: 'needs WebAssembly, which this browser has turned off',
      passing: false,
    });
  }
  // With threads a script of another origin goes through a blob: URL; without, it does not.
  const blob = refusals.find(({ blocked }) => blocked.startsWith('blob'));
  if (blob) return threadsFault(mjs, [{ ...blob, blocked: mjs }]);
  const script = await faultOf(mjs, moduleScript(mjs), refusals);
  if (script) return notAvailable(mjs, script, cause);
  if (!(await mayCompile())) return notAvailable(wasm, forbidden('script-src', location.href), cause);
  const binary = await faultOf(wasm, WASM, refusals);
  if (binary) return notAvailable(wasm, binary, cause);
  const said = shortened(cause instanceof Error ? cause.message : String(cause), 300);
  return new FoundationError({
    code: 'RUNTIME_NOT_AVAILABLE',
    message: `onnxruntime could not be started (${said}). Its files ${mjs} and ${wasm} can be fetched now: try again. The models are not at fault.`,
    cause,
  });
}

async function threadsFault(mjs: string, refusals: readonly Refusal[]): Promise<FoundationError> {
  const url = absolute(mjs);
  const found = (await faultOf(url, WORKER_SCRIPT, refusals)) ?? {
    why: 'could not be started as a worker',
    passing: true,
  };
  return new FoundationError({
    code: 'RUNTIME_NOT_AVAILABLE',
    message: `onnxruntime cannot start its threads: its file ${url} ${found.why}. One thread does without them. Recipes: ${RECIPES}`,
    param: 'threads',
    retryable: found.passing,
  });
}
