import { hasVectors } from '@nearfield/encoder';
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

/** A runtime for {@link startRuntime} to start. */
export interface StartedRuntime {
  /** Loads onnxruntime's JavaScript and sets it up. */
  readonly load: () => Promise<OnnxModule>;
  /** URLs of onnxruntime's two files, as passed to it. */
  readonly files: { mjs: string; wasm: string };
  readonly sessionOptions: Parameters<StartOnnx>[0];
}

/** onnxruntime's messages if its own files are at fault, and not a model. */
const NOT_STARTED = /no available backend found/i;

/**
 * Starts onnxruntime's WebAssembly with a graph that does nothing.
 * @throws FoundationError RUNTIME_NOT_AVAILABLE that names the file at fault; its `param` is `threads` if a single
 * thread does not need the file. OUT_OF_MEMORY, DEVICE_LOST. The realm cannot start a runtime after that.
 */
export async function startRuntime({ load, files, sessionOptions }: StartedRuntime): Promise<void> {
  if (typeof WebAssembly === 'object' && !hasVectors()) throw noVectors();
  const { refusals, stop } = watchRefusals();
  const threads = watchThreads();
  try {
    const ort = await load().catch(async (cause: unknown) => {
      throw await scriptFault(cause, refusals);
    });
    const session = await Promise.race([
      ort.InferenceSession.create(smallestModel(), sessionOptions()),
      threads.failed,
    ]);
    await session.release();
  } catch (cause) {
    if (FoundationError.isInstance(cause)) throw cause;
    if (cause instanceof ThreadFailed) throw await threadsFault(files.mjs, refusals);
    // Failures after the runtime's own start appear with a model.
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

/** All of onnxruntime's builds need them, and would be taken for damaged where they are missing. */
const noVectors = (): FoundationError =>
  new FoundationError({
    code: 'RUNTIME_NOT_AVAILABLE',
    message:
      'onnxruntime cannot start: it needs WebAssembly with vector instructions (SIMD), which this browser does not have, or has turned off. Chrome and Edge have them since version 91, Firefox since 89, Safari since 16.4.',
    retryable: false,
  });

class ThreadFailed extends Error {}

/**
 * Notices threads that do not start. onnxruntime waits for them forever, and no other code starts workers here.
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

/** Whether the policy lets this realm compile WebAssembly at all, tested with the shortest possible module. */
async function mayCompile(): Promise<boolean> {
  try {
    await WebAssembly.compile(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
    return true;
  } catch {
    return false;
  }
}

/** WebAssembly of any media type: only streaming compilation needs the right one. */
const WASM: Expected = {
  isScript: false,
  inspect: (_response, bytes, instead) => {
    const isWasm = [0, 0x61, 0x73, 0x6d].every((byte, at) => bytes[at] === byte);
    if (isWasm && WebAssembly.validate(bytes)) return undefined;
    if (isWasm) return { why: `is damaged or cut off (${bytes.length} bytes arrived)`, passing: false };
    return { why: instead ?? 'is not WebAssembly', passing: false };
  },
};

/** A script that is cut off has the right type, but cannot be parsed or has no exports. */
const moduleScript = (url: string): Expected => ({
  isScript: true,
  inspect: async () => {
    let why = 'it has no exports';
    try {
      // Under another URL: a realm remembers a module that it could not parse.
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

const ANY_SCRIPT: Expected = { isScript: true, inspect: () => undefined };

/** The error for onnxruntime's JavaScript, a file of the library that is imported when a model needs it. */
async function scriptFault(cause: unknown, refusals: readonly Refusal[]): Promise<FoundationError> {
  const said = cause instanceof Error ? cause.message : String(cause);
  // Safari does not name the file.
  const url = /https?:\/\/\S+/.exec(said)?.[0];
  const fault = url && (await faultOf(url, ANY_SCRIPT, refusals));
  if (url && fault) return notAvailable(url, fault, cause);
  return new FoundationError({
    code: 'RUNTIME_NOT_AVAILABLE',
    message: `onnxruntime's JavaScript, a file beside the library's worker, could not be loaded (${shortened(said, 300)}): try again. The models are not at fault. Recipes: ${RECIPES}`,
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
