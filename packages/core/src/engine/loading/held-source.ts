import { orAbort } from '../../async/abort.ts';
import type { ModelSource } from '../../store/types.ts';

/** Files whose bytes are worth a wait: weights, and the graphs that hold them. */
const IS_LARGE = /\.onnx(_data)?$|^onnx\//;

/**
 * A source whose large files wait for `ready`, so that they are not downloaded in vain; sizes and small files are
 * available at once.
 * @param signal ends the wait.
 */
export function heldSource(source: ModelSource, ready: Promise<void>, signal: AbortSignal): ModelSource {
  // Local files cost no download.
  if (source.local) return source;
  return {
    key: source.key,
    local: source.local,
    describe: (paths, within) => source.describe(paths, within),
    async open(path, options) {
      if (IS_LARGE.test(path)) await orAbort(ready, signal);
      return source.open(path, options);
    },
    ...(source.list && { list: () => source.list!() }),
  };
}
